import { STARTUP_BYTES } from '../../../../src/engine/keyspace/memory';
import { ErrorReply, type EvictionPolicy, type Session } from '../../../../src/engine';
import { Engine } from '../../../../src/engine/engine';
import { SeededRandom } from '../../../support/seeded-random';

const KEYS = 2000;
const VALUE = 'x'.repeat(100);

function setup(policy: EvictionPolicy): { engine: Engine; session: Session; run: (...words: string[]) => unknown } {
  const random = new SeededRandom(7);
  const engine = new Engine({ maxMemoryPolicy: policy, random: () => random.next() });
  // On a busy machine any command may be slow, and what SLOWLOG keeps counts as memory.
  engine.slowLog.setSlowerThan(-1);
  const output = { send: () => undefined, resume: () => undefined, close: () => undefined };
  const session = engine.connect({ remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' }, output);
  return { engine, session, run: (name = '', ...args) => engine.execute(session, name, args) };
}

/** Fills the engine, then lowers the limit so that a quarter has to go. */
function squeeze(
  policy: EvictionPolicy,
  prepare: (run: (...words: string[]) => unknown, key: string, i: number) => void,
) {
  const { engine, run } = setup(policy);
  for (let i = 0; i < KEYS; i++) {
    run('SET', `key:${String(i)}`, VALUE);
    prepare(run, `key:${String(i)}`, i);
  }
  run('CONFIG', 'SET', 'maxmemory', String(STARTUP_BYTES + Math.floor(engine.keyspace.bytes * 0.75)));
  run('SET', 'last', VALUE);
  const left = (i: number) => run('EXISTS', `key:${String(i)}`) === 1;
  return { engine, run, left };
}

const count = (from: number, to: number, test: (i: number) => boolean) =>
  Array.from({ length: to - from }, (_, i) => from + i).filter(test).length;

describe('maxmemory policies', () => {
  it('noeviction answers OOM and keeps everything', () => {
    const { run, left } = squeeze('noeviction', () => undefined);
    expect(run('SET', 'more', VALUE)).toBeInstanceOf(ErrorReply);
    expect(run('GET', 'key:1')).toBe(VALUE);
    expect(count(0, KEYS, left)).toBe(KEYS);
  });

  it('allkeys-random makes room and counts what went', () => {
    const { engine, left } = squeeze('allkeys-random', () => undefined);
    const gone = KEYS - count(0, KEYS, left);
    expect(gone).toBeGreaterThan(KEYS * 0.2);
    expect(engine.keyspace.stats.evicted).toBe(gone);
    expect(engine.keyspace.bytes).toBeLessThanOrEqual(engine.memory.limit + 300);
  });

  it('allkeys-lfu keeps what is used often', () => {
    const { left } = squeeze('allkeys-lfu', (run, key, i) => {
      if (i < KEYS / 2) for (let use = 0; use < 60; use++) run('GET', key);
    });
    expect(count(0, KEYS / 2, left)).toBeGreaterThan(count(KEYS / 2, KEYS, left) * 1.5);
  });

  it('volatile policies touch only keys with a deadline', () => {
    const { run, left } = squeeze('volatile-lru', (set, key, i) => {
      if (i % 2 === 0) set('EXPIRE', key, '1000');
    });
    expect(count(0, KEYS, (i) => i % 2 === 1 && left(i))).toBe(KEYS / 2);
    expect(run('GET', 'last')).toBe(VALUE);
  });

  it('volatile-ttl prefers the nearest deadlines', () => {
    const { left } = squeeze('volatile-ttl', (run, key, i) => {
      run('EXPIRE', key, String(1000 + i));
    });
    expect(count(0, KEYS / 2, left)).toBeLessThan(count(KEYS / 2, KEYS, left) * 0.7);
  });

  it('volatile policies answer OOM when no key may go', () => {
    const { run, left } = squeeze('volatile-random', () => undefined);
    expect(run('SET', 'more', VALUE)).toBeInstanceOf(ErrorReply);
    expect(count(0, KEYS, left)).toBe(KEYS);
  });

  it('a limit of 0 set by CONFIG means none', () => {
    const { engine, run } = setup('noeviction');
    run('CONFIG', 'SET', 'maxmemory', '0');
    run('SET', 'a', VALUE);
    expect(engine.memory.makeRoom()).toBe(true);
    expect(run('GET', 'a')).toBe(VALUE);
  });

  it('publishes evicted events', () => {
    const { engine, run } = setup('allkeys-random');
    run('CONFIG', 'SET', 'notify-keyspace-events', 'Ee');
    const events: string[] = [];
    engine.keyspace.publishEvent = (event) => {
      events.push(event);
    };
    run('SET', 'a', VALUE);
    run('CONFIG', 'SET', 'maxmemory', '100');
    run('SET', 'b', VALUE);
    expect(events).toEqual(['evicted']);
  });
});
