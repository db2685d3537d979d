import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptionKeyOf } from '../../../../src/modules/snapshot/encryption/configured-key';
import { decodeKey, readKeyFile } from '../../../../src/modules/snapshot/encryption/encryption-key';
import { contentsOf, start } from '../../../support/kept-engine';
import { fill, inClear, SECRET } from '../../../support/sealed-data';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const KEY = randomBytes(32);

it.each(['snapshot', 'always'] as const)(
  'nothing is in clear on the disk, and all of it comes back (%s)',
  async (durability) => {
    const path = await temporaryPath();
    const first = await start(path, { encryptionKey: KEY, durability });
    fill(first);
    await first.manager.snapshotNow();
    expect(inClear(path)).toEqual([]);
    first.run('DEL', `${SECRET}:7`);
    first.run('HDEL', `${SECRET}:hash`, `${SECRET}:3`);
    first.run('RENAME', `${SECRET}:set`, `${SECRET}:renamed`);
    first.run('SELECT', '3');
    first.run('SET', SECRET, SECRET);
    await first.manager.stop();
    expect(inClear(path)).toEqual([]);
    const second = await start(path, { encryptionKey: KEY, durability });
    expect(contentsOf(second)).toEqual(contentsOf(first));
    expect(second.run('FUNCTION', 'DUMP')).toEqual(first.run('FUNCTION', 'DUMP'));
    await second.manager.stop();
  },
);

it('a journal alone brings everything back, and says nothing to others', async () => {
  const path = await temporaryPath();
  const first = await start(path, { encryptionKey: KEY, durability: 'always', onShutdown: false });
  fill(first);
  // Of groups a journal says less, as Redis' does (docs/reference/durability.md).
  first.run('DEL', `${SECRET}:stream`);
  await first.manager.stop();
  expect(inClear(path)).toEqual([]);
  const second = await start(path, { encryptionKey: KEY, durability: 'always' });
  expect(contentsOf(second)).toEqual(contentsOf(first));
  expect(second.manager.status().restore?.replayed).toBeGreaterThan(7_000);
  await second.manager.stop();
});

it.each([
  ['no key', undefined, 'ENCRYPTION_KEY_MISSING'],
  ['another key', randomBytes(32), 'ENCRYPTION_KEY_WRONG'],
])('%s is refused, and nothing is changed', async (_, encryptionKey, code) => {
  const path = await temporaryPath();
  const first = await start(path, { encryptionKey: KEY, durability: 'everysec', onShutdown: false });
  first.run('SET', 'a', '1');
  await first.manager.snapshotNow();
  first.run('SET', 'b', '2');
  await first.manager.stop();
  const before = contentOf(path);
  await expect(start(path, { encryptionKey })).rejects.toMatchObject({ code });
  expect(contentOf(path)).toEqual(before);
  const again = await start(path, { encryptionKey: KEY });
  expect([again.run('GET', 'a'), again.run('GET', 'b')]).toEqual(['1', '2']);
  await again.manager.stop();
});

it('a key for data that is not encrypted is refused, and nothing is changed', async () => {
  const path = await temporaryPath();
  const first = await start(path);
  first.run('SET', 'a', '1');
  await first.manager.stop();
  const before = contentOf(path);
  await expect(start(path, { encryptionKey: KEY })).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_UNUSED' });
  expect(contentOf(path)).toEqual(before);
});

it('a directory in which nothing was written yet takes a key, another one, and none', async () => {
  const path = await temporaryPath();
  for (const encryptionKey of [undefined, KEY, randomBytes(32), undefined]) {
    const { manager } = await start(path, { encryptionKey, onShutdown: false });
    await manager.stop();
  }
});

it('a journal of another directory is damage, whatever the key', async () => {
  const path = await temporaryPath();
  const first = await start(path, { encryptionKey: KEY, durability: 'always', onShutdown: false });
  first.run('SET', 'a', '1');
  await first.manager.stop();
  const journal = join(path, 'journal-1');
  const other = await temporaryPath();
  const elsewhere = await start(other, { encryptionKey: KEY, durability: 'always', onShutdown: false });
  elsewhere.run('SET', 'a', '2');
  await elsewhere.manager.stop();
  writeFileSync(journal, readFileSync(join(other, 'journal-1')));
  await expect(start(path, { encryptionKey: KEY, onCorruption: 'fail' })).rejects.toMatchObject({
    code: 'RESTORE_CORRUPT',
  });
});

it('a key is 32 bytes in hexadecimal digits or base64, and nothing else', async () => {
  expect(decodeKey(KEY.toString('hex'))).toEqual(KEY);
  expect(decodeKey(KEY.toString('hex').toUpperCase())).toEqual(KEY);
  expect(decodeKey(KEY.toString('base64'))).toEqual(KEY);
  for (const text of [
    '',
    'password',
    'a'.repeat(63),
    'a'.repeat(65),
    KEY.subarray(1).toString('base64'),
    `${'A'.repeat(42)}B=`,
    ` ${KEY.toString('hex')}`,
  ])
    expect(decodeKey(text)).toBeUndefined();
  const file = await temporaryPath();
  writeFileSync(file, `${KEY.toString('base64')}\n`);
  expect(readKeyFile(file)).toEqual(KEY);
  expect(encryptionKeyOf({ encryption_key: '', encryption_key_file: file })).toEqual(KEY);
  expect(encryptionKeyOf({ encryption_key: KEY.toString('hex'), encryption_key_file: '' })).toEqual(KEY);
  expect(encryptionKeyOf({ encryption_key: '', encryption_key_file: '' })).toBeUndefined();
  writeFileSync(file, 'password\n');
  expect(() => readKeyFile(file)).toThrow('does not hold a key');
  expect(() => readKeyFile(`${file}-none`)).toThrow('ENOENT');
});

function contentOf(directory: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(directory)
      .filter((name) => !name.startsWith('lock.'))
      .map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}
