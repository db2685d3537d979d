import { type App, CacheBackend, createApp } from '../../../src';
import { migrateLive } from '../../../src/migration';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
  await removeTemporaryPaths();
});

async function start(directory?: string, version: '7.0' | '8.0' = '7.0'): Promise<CacheBackend> {
  const persistence = directory === undefined ? { enabled: false } : { enabled: true, data_dir: directory };
  const app = createApp({
    env: {},
    configFile: false,
    config: { mode: 'standalone', log: { level: 'error' }, redis: { standalone: { persistence, version } } },
  });
  apps.push(await app.start());
  return app.get(CacheBackend);
}

/** Waits until something is so; the tests' own limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const options = { env: {}, configFile: false as const };

describe('migrateLive', () => {
  it('follows a directory that is in use into a backend, and cuts over with what it did', async () => {
    const [from, to] = [await temporaryPath(), await start()];
    const source = await start(from);
    await source.client.set('text', 'one', 'PX', 5000);
    const live = await migrateLive({ from: { dataDirectory: from, ...options }, to: { backend: to } });
    expect(live.copied).toEqual({ written: 1, functions: 0, pruned: 0 });
    await source.client.incr('counter');
    await live.caughtUp();
    expect(await to.client.get('counter')).toBe('1');
    expect(live.lag.bytes).toBe(0);
    const report = await live.cutover({ verify: true });
    expect(report).toMatchObject({ changes: 1, verified: { compared: 2, onlyInTarget: 0 } });
    expect(await to.client.call('PEXPIRETIME', 'text')).toBe(await source.client.call('PEXPIRETIME', 'text'));
    const waiting = source.client.incr('counter');
    expect(await source.connection('commands').get('counter')).toBe('1');
    await live.abortCutover();
    expect(await waiting).toBe(2);
    await live.stop();
    expect(await live.ended).toBe('stopped');
    expect(await to.client.get('text')).toBe('one');
  });

  it('a field that is renewed in time is not lost while the target is behind, and one that is not goes', async () => {
    const [from, to] = [await temporaryPath(), await start(undefined, '8.0')];
    const { client } = await start(from, '8.0');
    const target = to.client;
    const renew = (ms: number, field: string) => client.call('HPEXPIRE', 'hash', ms, 'FIELDS', 1, field);
    await client.hset('hash', 'renewed', 1, 'goes', 2, 'stays', 3, 'freed', 4);
    for (const field of ['renewed', 'goes', 'freed']) await renew(1000, field);
    // The copy itself waits at the target, until deadlines are over that it has.
    await target.call('CLIENT', 'PAUSE', 60_000, 'WRITE');
    const moving = migrateLive({ from: { dataDirectory: from, ...options }, to: { backend: to } });
    await until(async () => /^blocked_clients:[1-9]/m.test(await target.info('clients')));
    await renew(3_600_000, 'renewed');
    await client.call('HPERSIST', 'hash', 'FIELDS', 1, 'freed');
    await client.call('HSETEX', 'hash', 'PX', 1, 'FIELDS', 1, 'brief', 5);
    await until(async () => (await client.hlen('hash')) === 3);
    await target.call('CLIENT', 'UNPAUSE');
    const live = await moving;
    await live.cutover({ verify: true });
    const look = async (of: typeof client) => [
      await of.hgetall('hash'),
      await of.call('HPEXPIRETIME', 'hash', 'FIELDS', 3, 'renewed', 'stays', 'freed'),
    ];
    expect(await look(target)).toEqual(await look(client));
    expect(await target.hgetall('hash')).toEqual({ renewed: '1', stays: '3', freed: '4' });
    await live.abortCutover();
    await live.stop();
  });

  it('ends when its signal says so, or its source does, and then says how', async () => {
    const [from, to] = [await temporaryPath(), await start()];
    await start(from);
    const stopping = new AbortController();
    const live = await migrateLive({ from: { dataDirectory: from }, to: { backend: to }, signal: stopping.signal });
    stopping.abort();
    expect(await live.ended).toBe('stopped');
    await expect(live.cutover()).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    const again = await migrateLive({ from: { dataDirectory: from }, to: { backend: to } });
    await apps.pop()?.stop();
    expect(await again.ended).toBe('source ended');
    await expect(again.caughtUp()).rejects.toMatchObject({ code: 'MIGRATION_CONNECTION_LOST' });
    await again.stop();
  });

  it('what is not followed is refused: data in memory, a directory that nobody uses', async () => {
    const [memory, to, directory] = [await start(), await start(), await temporaryPath()];
    const refused = { code: 'MIGRATION_OPTIONS_INVALID' };
    await expect(migrateLive({ from: { backend: memory }, to: { backend: to } })).rejects.toMatchObject(refused);
    await start(directory);
    await apps.pop()?.stop();
    const closed = { dataDirectory: directory, ...options };
    await expect(migrateLive({ from: closed, to: { backend: to } })).rejects.toMatchObject(refused);
  });

  it('keys that are there are named, and stay, unless they are to be replaced', async () => {
    const [from, to] = [await temporaryPath(), await start()];
    const source = await start(from);
    await source.client.set('text', 'new');
    await to.client.mset('text', 'old', 'left', 'behind');
    const places = { from: { dataDirectory: from }, to: { backend: to } };
    await expect(migrateLive(places)).rejects.toMatchObject({ code: 'IMPORT_CONFLICT', conflicts: [{ key: 'text' }] });
    const live = await migrateLive({ ...places, existing: 'replace', prune: true });
    expect(live.copied).toMatchObject({ written: 1, pruned: 1 });
    expect(await to.client.mget('text', 'left')).toEqual(['new', null]);
    await live.stop();
  });
});
