import { bareEngine } from '../../support/bare-engine';
import { ManualClock } from '../../support/manual-clock';

/** An engine 8.0 on a clock of its own, what it publishes, and what it tells followers. */
function timedEngine() {
  const clock = new ManualClock();
  const bare = bareEngine({ version: '8.0', clock });
  const events: string[] = [];
  const effects: string[] = [];
  bare.engine.keyspace.publishEvent = (event, key) => events.push(`${event} ${key}`);
  bare.expectRun('CONFIG', 'SET', 'notify-keyspace-events', 'EA');
  bare.engine.effects.listen((unit) => effects.push(...unit.map(({ line }) => line.join(' '))));
  return { ...bare, clock, events, effects };
}

describe('fields whose time comes', () => {
  it('go without being asked for, and the last one takes the hash along', () => {
    const { expectRun, clock, events, effects, engine } = timedEngine();
    const empty = engine.keyspace.bytes;
    expectRun('HSET', 'h', 'a', '1', 'b', '2', 'c', '3');
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '2', 'a', 'b');
    events.length = effects.length = 0;
    clock.advance(100);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual(['hexpired h']);
    expect(effects).toEqual(['HDEL h b', 'HDEL h a']);
    expect(expectRun('HKEYS', 'h')).toEqual(['c']);
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '1', 'c');
    clock.advance(101);
    expect(events.slice(-2)).toEqual(['hexpired h', 'del h']);
    expect(expectRun('DBSIZE')).toBe(0);
    expect(engine.keyspace.bytes).toBe(empty);
    expect(clock.pending).toBe(0);
  });

  it('are gone for whoever looks, though active expiry is off', () => {
    const { expectRun, clock } = timedEngine();
    expectRun('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    expectRun('HSET', 'h', 'a', '1', 'b', '2');
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '1', 'a');
    clock.advance(101);
    expect(expectRun('HGET', 'h', 'a')).toBeNull();
    expect(expectRun('HLEN', 'h')).toBe(1);
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '1', 'b');
    clock.advance(101);
    expect(expectRun('EXISTS', 'h')).toBe(0);
  });

  it('stay while the deadline is moved or taken away', () => {
    const { expectRun, clock } = timedEngine();
    expectRun('HSET', 'h', 'a', '1', 'b', '2', 'c', '3');
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '3', 'a', 'b', 'c');
    expectRun('HPEXPIRE', 'h', '1000', 'FIELDS', '1', 'a');
    expectRun('HPERSIST', 'h', 'FIELDS', '1', 'b');
    expectRun('HSET', 'h', 'c', '4');
    clock.advance(500);
    expect(expectRun('HLEN', 'h')).toBe(3);
    clock.advance(501);
    expect(expectRun('HKEYS', 'h')).toEqual(['b', 'c']);
  });

  it('go with a copy, a key of another name, a moved one and a reloaded one', () => {
    const { expectRun, clock } = timedEngine();
    for (const key of ['copied', 'renamed', 'moved', 'dumped']) {
      expectRun('HSET', key, 'a', '1', 'b', '2');
      expectRun('HPEXPIRE', key, '100', 'FIELDS', '1', 'a');
    }
    expectRun('COPY', 'copied', 'copy');
    expectRun('RENAME', 'renamed', 'new');
    expectRun('MOVE', 'moved', '1');
    const dump = expectRun('DUMP', 'dumped') as string;
    expectRun('RESTORE', 'restored', '0', dump);
    expectRun('DEBUG', 'RELOAD');
    clock.advance(101);
    for (const key of ['copied', 'copy', 'new', 'dumped', 'restored']) expect(expectRun('HKEYS', key)).toEqual(['b']);
    expectRun('SELECT', '1');
    expect(expectRun('HKEYS', 'moved')).toEqual(['b']);
  });

  it('count in INFO', () => {
    const { expectRun, clock } = timedEngine();
    const info = (section: string) => (expectRun('INFO', section) as { readonly text: string }).text;
    expectRun('HSET', 'h', 'a', '1', 'b', '2');
    expectRun('HPEXPIRE', 'h', '100', 'FIELDS', '1', 'a');
    expect(info('keyspace')).toContain('keys=1,expires=0,avg_ttl=0,subexpiry=1');
    clock.advance(101);
    expect(info('keyspace')).toContain('subexpiry=0');
    expect(info('stats')).toContain('expired_subkeys:1');
  });

  it('are as many as a large hash has', () => {
    const { expectRun, clock } = timedEngine();
    const fields = Array.from({ length: 2000 }, (_, i) => `field ${String(i)}`);
    expectRun('HSET', 'h', ...fields.flatMap((field) => [field, 'v']));
    for (const [i, field] of fields.entries()) expectRun('HPEXPIRE', 'h', String(1 + i), 'FIELDS', '1', field);
    expect(expectRun('OBJECT', 'ENCODING', 'h')).toBe('hashtable');
    clock.advance(1000);
    expect(expectRun('HLEN', 'h')).toBe(1001);
    clock.advance(1001);
    expect(expectRun('EXISTS', 'h')).toBe(0);
  });
});
