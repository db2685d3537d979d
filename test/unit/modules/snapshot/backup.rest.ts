import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { restoreBackup } from '../../../../src/modules/snapshot/backup/restore-backup';
import { contentsOf, type Kept, type KeptOptions, start } from '../../../support/kept-engine';
import { SeededRandom } from '../../../support/seeded-random';
import { slice } from '../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const KEY = randomBytes(32);
const { size: CHANGES, seed } = slice({ short: 3, long: 15 });

function fill({ run }: Kept): void {
  for (let i = 0; i < 3_000; i++) run('SET', `key:${String(i)}`, String(i).repeat(10));
  for (let i = 0; i < 2_500; i++) run('HSET', 'hash', `field:${String(i)}`, 'secret value');
  run('SET', 'volatile', '1', 'PX', '100000000');
  run('XADD', 'stream', '1-1', 'a', 'b');
  run('XGROUP', 'CREATE', 'stream', 'group', '0');
  run('SELECT', '5');
  run('SADD', 'set', 'member');
  run('SELECT', '0');
  run('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
}

/** A filled directory and the path of a backup of it. */
async function backedUp(options: KeptOptions = {}): Promise<{ readonly kept: Kept; readonly file: string }> {
  const kept = await start(await temporaryPath(), options);
  fill(kept);
  const file = await newFile();
  await kept.manager.backup(file);
  return { kept, file };
}

async function newFile(): Promise<string> {
  const path = join(await temporaryPath(), 'backup');
  mkdirSync(dirname(path));
  return path;
}

/** In pieces of lengths that have nothing to do with what is in it. */
async function* piecesOf(bytes: Buffer, length = 10_007): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) {
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
  }
}

async function restored(bytes: Buffer, encryptionKey?: Uint8Array): Promise<Kept> {
  const dataDirectory = await temporaryPath();
  await restoreBackup(piecesOf(bytes), { dataDirectory, encryptionKey, name: 'a backup' });
  return start(dataDirectory, { encryptionKey });
}

it.each([
  ['in clear', undefined],
  ['encrypted', KEY],
])('a backup brings everything back: %s', async (_, encryptionKey) => {
  const { kept, file } = await backedUp({ encryptionKey });
  const bytes = readFileSync(file);
  expect(bytes.includes('secret value')).toBe(encryptionKey === undefined);
  const again = await restored(bytes, encryptionKey);
  expect(contentsOf(again)).toEqual(contentsOf(kept));
  expect(again.run('FUNCTION', 'DUMP')).toEqual(kept.run('FUNCTION', 'DUMP'));
  again.run('SET', 'more', '1');
  await again.manager.stop();
  await kept.manager.stop();
});

it('shows its moment, while writes go on, and the next snapshot has what came after', async () => {
  const path = await temporaryPath();
  const kept = await start(path, { durability: 'always' });
  fill(kept);
  await kept.manager.snapshotNow();
  const file = await newFile();
  let n = 0;
  kept.run('SET', 'counter', '0');
  const writing = setInterval(() => {
    for (let i = 0; i < 50; i++) kept.run('SET', 'counter', String(++n));
  }, 0);
  const { time, keys, bytes } = await kept.manager.backup(file);
  clearInterval(writing);
  expect(bytes).toBe(readFileSync(file).length);
  const again = await restored(readFileSync(file));
  expect(again.run('DBSIZE')).toBe(kept.run('DBSIZE'));
  expect(Number(again.run('GET', 'counter') ?? 0)).toBeLessThan(n);
  expect(again.manager.status().restore).toMatchObject({ keys, snapshotTime: time });
  await again.manager.stop();
  await kept.manager.stop();
  const later = await start(path);
  expect(later.run('GET', 'counter')).toBe(String(n));
  await later.manager.stop();
});

it('an empty engine has a backup too', async () => {
  const kept = await start(await temporaryPath());
  const file = await newFile();
  expect(await kept.manager.backup(file)).toMatchObject({ keys: 0 });
  await kept.manager.stop();
  const again = await restored(readFileSync(file));
  expect(again.run('DBSIZE')).toBe(0);
  await again.manager.stop();
});

it.each([
  ['in clear', undefined],
  ['encrypted', KEY],
])('whatever is cut off, added or changed is found, and nothing of it is restored: %s', async (_, encryptionKey) => {
  const { kept, file } = await backedUp({ encryptionKey });
  await kept.manager.stop();
  const whole = readFileSync(file);
  const random = new SeededRandom(seed);
  const attempts = [
    Buffer.alloc(0),
    whole.subarray(0, 8),
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.from([0])]),
  ];
  for (let i = 0; i < CHANGES; i++) {
    attempts.push(whole.subarray(0, random.below(whole.length)));
    const changed = Buffer.from(whole);
    const at = random.below(whole.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    attempts.push(changed);
  }
  for (const bytes of attempts) {
    const dataDirectory = await temporaryPath();
    const outcome = restoreBackup(piecesOf(bytes), { dataDirectory, encryptionKey, name: 'a backup' });
    const failure: unknown = await outcome.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect({ seed, failure }).toMatchObject({ seed, failure: { code: 'BACKUP_DAMAGED' } });
    const empty = await start(dataDirectory, { encryptionKey, onCorruption: 'fail' });
    expect(empty.run('DBSIZE')).toBe(0);
    await empty.manager.stop();
  }
});

it('an encrypted one needs its key', async () => {
  const { kept, file } = await backedUp({ encryptionKey: KEY });
  await kept.manager.stop();
  for (const [encryptionKey, code] of [
    [undefined, 'ENCRYPTION_KEY_MISSING'],
    [randomBytes(32), 'ENCRYPTION_KEY_WRONG'],
  ] as const) {
    const dataDirectory = await temporaryPath();
    const outcome = restoreBackup(piecesOf(readFileSync(file)), { dataDirectory, encryptionKey, name: 'a backup' });
    await expect(outcome).rejects.toMatchObject({ code });
    expect(existsSync(dataDirectory)).toBe(false);
  }
});

it('one in clear can be restored into an encrypted directory', async () => {
  const { kept, file } = await backedUp();
  const again = await restored(readFileSync(file), KEY);
  expect(contentsOf(again)).toEqual(contentsOf(kept));
  await kept.manager.stop();
  await again.manager.stop();
});

it('nothing is overwritten: neither a file by a backup, nor data by a restore', async () => {
  const { kept, file } = await backedUp();
  const before = readFileSync(file);
  await expect(kept.manager.backup(file)).rejects.toMatchObject({ code: 'BACKUP_FILE_EXISTS' });
  expect(readFileSync(file)).toEqual(before);
  await kept.manager.stop();
  const dataDirectory = await temporaryPath();
  const other = await start(dataDirectory);
  other.run('SET', 'mine', '1');
  await other.manager.stop();
  const outcome = restoreBackup(piecesOf(before), { dataDirectory, name: 'a backup' });
  await expect(outcome).rejects.toMatchObject({ code: 'BACKUP_TARGET_USED' });
  const again = await start(dataDirectory);
  expect(again.run('GET', 'mine')).toBe('1');
  await again.manager.stop();
});

it('a place where it cannot be written is named, and nothing is left there', async () => {
  const { kept, file } = await backedUp();
  writeFileSync(`${file}-file`, '');
  await expect(kept.manager.backup(join(`${file}-file`, 'backup'))).rejects.toMatchObject({
    code: 'BACKUP_FILE_UNUSABLE',
  });
  await expect(kept.manager.backup('/dev/full')).rejects.toMatchObject({ code: 'BACKUP_FILE_EXISTS' });
  await expect(kept.manager.backupTo(() => Promise.reject(new Error('enough')))).rejects.toThrow('enough');
  expect(readdirSync(dirname(file)).sort()).toEqual(['backup', 'backup-file']);
  expect(await kept.manager.snapshotNow()).toMatchObject({ skipped: true });
  await kept.manager.stop();
});

it('a stop does not wait for who takes the pieces', async () => {
  const { kept } = await backedUp();
  let taken: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (taken = resolve));
  const backup = kept.manager.backupTo(async () => {
    taken();
    await new Promise((resolve) => setImmediate(resolve));
  });
  backup.catch(() => undefined);
  await first;
  await kept.manager.stop();
  await backup.catch((error: unknown) => error);
});
