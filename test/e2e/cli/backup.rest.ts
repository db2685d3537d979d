import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { crash, PrivatePlace, stop } from '../../support/private-place';

const CLI = join(__dirname, '../../../dist/cli.js');

let place: PrivatePlace;
beforeEach(() => {
  place = new PrivatePlace();
});
afterEach(() => place.remove());

async function withClient<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

async function codeOf(...args: string[]): Promise<unknown> {
  const { code, stdout } = await place.run(...args, '--json');
  expect({ code, stdout }).toMatchObject({ code: 1 });
  return (JSON.parse(stdout) as { error: { code: string } }).error.code; // the command's own words
}

const other = (): string => join(place.cwd, 'other');

it('backs up what a running process has, and brings it back', async () => {
  const owner = await place.start();
  await withClient((client) => client.mset({ a: '1', b: '2' }));
  const said = await place.run('backup', 'first.backup');
  expect(said).toMatchObject({ code: 0, stderr: '' });
  expect(said.stdout).toMatch(
    /^The backup of .*respite-data is .*first\.backup, \d+ bytes\. "respite restore" brings it back\.\n$/,
  );
  await withClient((client) => client.set('c', '3'));
  const { stdout } = await place.run('backup', 'second.backup', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    dataDir: place.data,
    pid: owner.process.pid,
    file: join(place.cwd, 'second.backup'),
  });
  await crash(owner);
  const restored = await place.run('restore', 'first.backup', '--data-dir', other());
  expect(restored.stdout).toMatch(new RegExp(`^${other()} holds 2 keys, as of \\d{4}-.*Z\\.\n$`));
  expect(await codeOf('restore', 'second.backup', '--data-dir', other())).toBe('BACKUP_TARGET_USED');
  const again = await place.start('--data-dir', other());
  const client = new Redis(again.url);
  expect(await client.mget('a', 'b', 'c')).toEqual(['1', '2', null]);
  client.disconnect();
});

it('backs up a directory that nobody uses, journals included, through a pipe too', async () => {
  const owner = await place.start('--set', 'redis.standalone.persistence.durability=always');
  await withClient((client) => client.set('journaled', 'yes'));
  await crash(owner);
  const options = { cwd: place.cwd, env: { ...process.env, TMPDIR: place.tmp } };
  const piped = spawnSync(process.execPath, [CLI, 'backup', '-', '--data-dir', place.data], options);
  expect(piped.status).toBe(0);
  const input = piped.stdout;
  const restored = spawnSync(process.execPath, [CLI, 'restore', '-', '--data-dir', other()], { ...options, input });
  expect(restored.stdout.toString()).toContain('holds 1 key, as of');
  const half = spawnSync(process.execPath, [CLI, 'restore', '-', '--data-dir', join(place.cwd, 'third'), '--json'], {
    ...options,
    input: input.subarray(0, -5),
  });
  expect(JSON.parse(half.stdout.toString())).toMatchObject({ error: { code: 'BACKUP_DAMAGED' } });
});

it('a command on a directory that nobody uses leaves the copies there that the application keeps', async () => {
  const owner = await place.start(
    ...['--set', 'redis.standalone.persistence.generations=3'],
    ...['--set', 'redis.standalone.persistence.durability=always'],
  );
  for (const key of ['a', 'b']) {
    await withClient((client) => client.set(key, '1'));
    await place.snapshot();
  }
  await withClient((client) => client.set('journaled', '1'));
  await crash(owner);
  const copies = (): string[] => readdirSync(place.data).filter((name) => name.startsWith('generation-'));
  const before = copies();
  expect(before).toHaveLength(2);
  expect((await place.run('backup', 'a.backup')).code).toBe(0);
  expect(copies()).toEqual(expect.arrayContaining(before));
});

it('refuses what cannot be, and leaves nothing behind', async () => {
  expect(await codeOf('backup', 'a.backup')).toBe('SNAPSHOT_DIR_MISSING');
  expect(await codeOf('restore', 'none.backup')).toBe('BACKUP_FILE_UNUSABLE');
  const owner = await place.start();
  await withClient((client) => client.set('a', '1'));
  expect((await place.run('backup', 'a.backup')).code).toBe(0);
  expect(await codeOf('backup', 'a.backup')).toBe('BACKUP_FILE_EXISTS');
  expect(await codeOf('backup', 'no/such/folder')).toBe('BACKUP_FILE_UNUSABLE');
  expect(await codeOf('restore', 'a.backup')).toBe('SNAPSHOT_LOCKED');
  await stop(owner);
  truncateSync(join(place.cwd, 'a.backup'), readFileSync(join(place.cwd, 'a.backup')).length - 1);
  expect(await codeOf('restore', 'a.backup', '--data-dir', other())).toBe('BACKUP_DAMAGED');
  expect(existsSync(join(place.cwd, 'a.backup.unfinished'))).toBe(false);
  expect(readdirSync(place.cwd).sort()).toEqual(['a.backup', 'other', 'respite-data', 'tmp']);
});
