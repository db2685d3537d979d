import { randomBytes } from 'node:crypto';
import { contentsOf, start } from '../../../support/kept-engine';
import { fill, inClear, SECRET } from '../../../support/sealed-data';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const KEY = randomBytes(32);

it.each([
  ['encrypted', undefined, KEY],
  ['encrypted with another key', KEY, randomBytes(32)],
  ['encrypted no more', KEY, undefined],
])('a directory is %s, and nothing of what it was is left', async (_, before, after) => {
  const path = await temporaryPath();
  const first = await start(path, { encryptionKey: before, durability: 'always', onShutdown: false });
  fill(first);
  await first.manager.snapshotNow();
  first.run('SET', 'journaled', SECRET);
  await first.manager.stop();
  const between = await start(path, { encryptionKey: before });
  await between.manager.rewriteWith(after);
  await between.manager.stop();
  if (after !== undefined) expect(inClear(path)).toEqual([]);
  await expect(start(path, { encryptionKey: before })).rejects.toMatchObject({
    code: expect.stringMatching(/^ENCRYPTION_KEY_/),
  });
  const last = await start(path, { encryptionKey: after, durability: 'always' });
  expect(contentsOf(last)).toEqual(contentsOf(first));
  last.run('SET', 'later', '1');
  await last.manager.stop();
  const again = await start(path, { encryptionKey: after });
  expect(again.run('GET', 'later')).toBe('1');
  await again.manager.stop();
});
