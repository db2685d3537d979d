import { Engine } from '../../../../src/engine/engine';
import { textBytes } from '../../../../src/engine/values/text-bytes';

describe('the bytes of texts', () => {
  it('are their length, but for those of which a page of the heap is left half empty', () => {
    for (const length of [0, 1, 100, 16_383, 131_073, 10_000_000]) expect(textBytes({ length })).toBe(length);
    for (let length = 16_384; length <= 131_072; length += 997) {
      const perPage = Math.floor(261_000 / length);
      expect(textBytes({ length })).toBeGreaterThanOrEqual(length);
      expect(textBytes({ length }) * perPage).toBeLessThanOrEqual(262_144);
    }
    expect(textBytes({ length: 131_000 })).toBe(262_144);
  });

  it.each([
    ['SET', (key: string, text: string) => ['SET', key, text]],
    ['HSET', (key: string, text: string) => ['HSET', 'hash', key, text]],
    ['RPUSH', (key: string, text: string) => ['RPUSH', 'list', key + text]],
    ['SADD', (key: string, text: string) => ['SADD', 'set', key + text]],
    ['ZADD', (key: string, text: string) => ['ZADD', 'sorted', '1', key + text]],
    ['XADD', (key: string, text: string) => ['XADD', 'stream', '*', key, text]],
  ])('count when they come and when they go: %s', (_, command) => {
    const engine = new Engine();
    const session = engine.connect(
      { remote: '', local: '', kind: 'memory' },
      { send: () => undefined, resume: () => undefined, close: () => undefined },
    );
    const run = ([name = '', ...args]: readonly string[]) => engine.execute(session, name, args);
    run(['SET', 'first', 'x']);
    const before = engine.keyspace.bytes;
    for (let i = 0; i < 10; i++) run(command(`k${String(i)}`, 'x'.repeat(131_000)));
    expect(engine.keyspace.bytes - before).toBeGreaterThan(10 * 262_144);
    run(['FLUSHALL']);
    run(['SET', 'first', 'x']);
    expect(engine.keyspace.bytes).toBe(before);
    engine.close();
  });
});
