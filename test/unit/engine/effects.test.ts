import type { JournalSettings } from '../../../src/engine/config/journal-settings';
import type { Effect } from '../../../src/engine/effects/effect-log';
import { VirtualClock } from '../../../src/testing/virtual-clock';
import { bareEngine } from '../../support/bare-engine';

function followed(options: Parameters<typeof bareEngine>[0] = {}) {
  const bare = bareEngine(options);
  const units: (readonly Effect[])[] = [];
  const stop = bare.engine.effects.listen((unit) => units.push(unit));
  return { ...bare, stop, lines: () => units.splice(0).map((unit) => unit.map(({ line }) => line.join(' '))) };
}

it('a key that expires by itself is deleted, in a unit of its own', async () => {
  const clock = new VirtualClock();
  const { run, lines, engine } = followed({ clock });
  run('SET', 'a', '1', 'PX', '100');
  run('SET', 'b', '1', 'PX', '100');
  lines();
  await clock.advance(200);
  expect(lines()).toEqual([['DEL a'], ['DEL b']]);
  engine.close();
});

it('a key found expired by a command is deleted before what the command does, in one unit', async () => {
  const clock = new VirtualClock();
  const { run, lines, engine } = followed({ clock });
  run('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
  run('SET', 'a', '1', 'PX', '100');
  lines();
  await clock.advance(200);
  run('INCR', 'a');
  expect(lines()).toEqual([['DEL a', 'INCR a']]);
  engine.close();
});

it('what is evicted is deleted before the command that needed the room', () => {
  const { run, lines, engine } = followed({ maxMemory: 20_000_000, maxMemoryPolicy: 'allkeys-random' });
  for (let i = 0; i < 30; i++) run('SET', `k${String(i)}`, 'x'.repeat(1_000_000));
  const size = run('DBSIZE'); // may evict once more
  const told = lines();
  const deleted = told.filter(([line]) => line?.startsWith('DEL ') === true);
  expect(deleted.length).toBeGreaterThan(5);
  expect(told.every((unit) => unit.length === 1)).toBe(true);
  const left = new Set<string>();
  for (const [line = ''] of told) {
    const [name, key = ''] = line.split(' ');
    if (name === 'DEL') left.delete(key);
    else left.add(key);
  }
  expect(size).toBe(left.size);
  engine.close();
});

it('a client that waited is served in a unit of its own, as a plain pop', () => {
  const { engine, run, lines } = followed();
  const output = { send: () => undefined, resume: () => undefined, close: () => undefined };
  const waiting = engine.connect({ remote: '127.0.0.1:9', local: '127.0.0.1:2', kind: 'memory' }, output);
  engine.execute(waiting, 'SELECT', ['3']);
  engine.execute(waiting, 'BLMOVE', ['l', 'm', 'LEFT', 'RIGHT', '0']);
  run('SELECT', '3');
  run('MULTI');
  run('RPUSH', 'l', 'a');
  run('SET', 'k', 'v');
  run('EXEC');
  expect(lines()).toEqual([['RPUSH l a', 'SET k v'], ['LMOVE l m LEFT RIGHT']]);
  engine.close();
});

it('a transaction stays together for who begins to listen within it', () => {
  const { engine, run } = bareEngine();
  const units: string[][] = [];
  const listen = () => engine.effects.listen((unit) => units.push(unit.map(({ line }) => line.join(' '))));
  const journal: JournalSettings = {
    policy: 'everysec',
    get enabled() {
      return false;
    },
    set enabled(_wanted) {
      listen();
    },
  };
  engine.host.saveHooks = {
    save: () => Promise.resolve(),
    lastSave: () => 0,
    saving: () => false,
    journalSettings: () => journal,
  };
  run('MULTI');
  run('SET', 'a', '1');
  run('CONFIG', 'SET', 'appendonly', 'yes');
  run('SET', 'b', '1');
  run('SET', 'c', '1');
  run('EXEC');
  expect(units).toEqual([['SET b 1', 'SET c 1']]);
  engine.close();
});

it('nothing is gathered while nobody listens, and nothing of before is told', () => {
  const { run, stop, lines, engine } = followed();
  run('SET', 'a', '1');
  stop();
  run('SET', 'b', '1');
  run('SPOP', 'none');
  engine.effects.listen(() => undefined);
  run('SET', 'c', '1');
  expect(lines()).toEqual([['SET a 1']]);
  engine.close();
});
