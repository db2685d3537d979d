import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { start } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

describe('a snapshot', () => {
  it('FR-2: brings back what was written, with databases and expiries', async () => {
    const path = await temporaryPath();
    const before = await start(path);
    const expiry = String(Date.now() + 3_600_000);
    before.run('SET', 'greeting', 'h\xe9llo\0');
    before.run('SET', 'fleeting', 'x', 'PXAT', expiry);
    before.run('HSET', 'hash', 'a', '1', 'b', '2');
    before.run('SELECT', '3');
    before.run('SET', 'greeting', 'third');
    await before.manager.stop();

    const after = await start(path);
    expect(after.run('GET', 'greeting')).toBe('h\xe9llo\0');
    expect(after.run('PEXPIRETIME', 'fleeting')).toBe(Number(expiry));
    expect(after.run('HGET', 'hash', 'b')).toBe('2');
    after.run('SELECT', '3');
    expect(after.run('GET', 'greeting')).toBe('third');
    expect(after.manager.status().restore).toMatchObject({ keys: 4, sequence: 1 });
    await after.manager.stop();
  });

  it('keeps the order of small sets, and when consumers of streams were active', async () => {
    const path = await temporaryPath();
    const before = await start(path);
    before.run('SADD', 'small', 'z', '7', 'a', '1', 'm');
    before.run('SADD', 'integers', '7', '1', '3');
    // One stream that is written whole, one in segments.
    for (const [key, entries] of [
      ['short', 3],
      ['long', 3000],
    ] as const) {
      for (let i = 1; i <= entries; i++) before.run('XADD', key, `${String(i)}-1`, 'f', 'x'.repeat(50));
      before.run('XGROUP', 'CREATE', key, 'group', '0');
      before.run('XREADGROUP', 'GROUP', 'group', 'reader', 'COUNT', '2', 'STREAMS', key, '>');
      before.run('XGROUP', 'CREATECONSUMER', key, 'group', 'idle');
    }
    const questions = [
      ['SMEMBERS', 'small'],
      ['SMEMBERS', 'integers'],
      ['OBJECT', 'ENCODING', 'small'],
      ['OBJECT', 'ENCODING', 'integers'],
      ['XINFO', 'STREAM', 'short', 'FULL'],
      ['XINFO', 'STREAM', 'long', 'FULL'],
    ] as const;
    const answers = ({ run }: typeof before) => questions.map(([name, ...args]) => JSON.stringify(run(name, ...args)));
    const expected = answers(before);
    expect(expected.slice(4).every((text) => text.includes('"active-time",-1'))).toBe(true);
    await before.manager.stop();

    const after = await start(path);
    expect(answers(after)).toEqual(expected);
    await after.manager.stop();
  });

  it('writes exactly the keys that changed: 1,000 of 100,000', async () => {
    const kept = await start(await temporaryPath());
    for (let i = 0; i < 100_000; i++) kept.run('SET', `key:${String(i)}`, `value ${String(i)}`);
    await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ written: 100_000, keys: 100_000 });
    for (let i = 0; i < 900; i++) kept.run('SET', `key:${String(i * 7)}`, 'changed');
    for (let i = 0; i < 100; i++) kept.run('DEL', `key:${String(99_999 - i)}`);
    await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ written: 1_000, keys: 99_900 });
    await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ skipped: true, written: 0 });
    await kept.manager.stop();
  });

  it('keeps its directory to this user: 0700, files 0600', async () => {
    const path = await temporaryPath();
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    const mode = async (name: string) => (await stat(join(path, name))).mode & 0o777;
    expect(await mode('.')).toBe(0o700);
    for (const name of ['data.mdb', 'data.mdb-lock', 'respite.json', 'last-snapshot', 'lock.1']) {
      expect([name, await mode(name)]).toEqual([name, 0o600]);
    }
    await kept.manager.stop();
  });
});
