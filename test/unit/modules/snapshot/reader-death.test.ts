import { chmod, cp, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keep, setAside, start } from '../../../support/kept-engine';
import { everyOf } from '../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
});
afterAll(removeTemporaryPaths);

const KEYS = 2_000;

let pristine: string;
beforeAll(async () => {
  pristine = await temporaryPath();
  const kept = await start(pristine);
  for (let i = 0; i < KEYS; i++) kept.run('SET', `key:${String(i)}`, i === KEYS / 2 ? 'needle' : 'x'.repeat(100));
  await kept.manager.stop();
});

async function directoryWithKeys(): Promise<string> {
  const path = await temporaryPath();
  await cp(pristine, path, { recursive: true });
  return path;
}

/** Has the reader's process be run by a shell script instead of Node. */
async function readBy(script: string): Promise<void> {
  const path = `${await temporaryPath()}.sh`;
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  process.execPath = path;
}

/** Reads as it has to, and dies before its answer is complete. */
const dyingHalfway = (bytes: number, signal: string): string =>
  `"${execPath}" "$@" 3>&1 1>/dev/null | head -c ${String(bytes)} >&3; kill -${signal} $$`;

const DEATHS: readonly [string, () => Promise<void>][] = [
  ...['ABRT', 'SEGV', 'BUS', 'ILL', 'FPE', 'KILL', 'TERM', 'XCPU'].map((signal): [string, () => Promise<void>] => [
    `SIG${signal}`,
    () => readBy(`kill -${signal} $$`),
  ]),
  ['exit 0 without an answer', () => readBy('exit 0')],
  ['exit 134', () => readBy('exit 134')],
  ['SIGABRT in the middle of its answer', () => readBy(dyingHalfway(150_000, 'ABRT'))],
  ['SIGKILL in the middle of a frame', () => readBy(dyingHalfway(3, 'KILL'))],
  ['words instead of an answer', () => readBy('echo "hello, I am not Node, and this is longer than a header" >&3')],
  [
    'no executable',
    () => {
      process.execPath = '/nonexistent/node';
      return Promise.resolve();
    },
  ],
  [
    'no executable file',
    () => {
      process.execPath = '/';
      return Promise.resolve();
    },
  ],
  ['too little address space', () => readBy(`ulimit -v 100000; exec "${execPath}" "$@"`)],
  ['too few descriptors', () => readBy(`ulimit -n 8; exec "${execPath}" "$@"`)],
];

describe.each([...everyOf(DEATHS, { short: 4 })])('a reader that ends with %s', (_how, arrange) => {
  it('is no damage: an intact snapshot stays where it is, and the start fails', async () => {
    const path = await directoryWithKeys();
    const before = await readFile(join(path, 'data.mdb'));
    await arrange();
    const kept = keep(path);
    await expect(kept.manager.start()).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
    expect(kept.run('PING')).toMatchObject({ text: expect.stringMatching(/^LOADING /) as string });
    expect(await setAside(path)).toEqual([]);
    expect((await readFile(join(path, 'data.mdb'))).equals(before)).toBe(true);

    process.execPath = execPath;
    const after = await start(path, { onCorruption: 'fail' });
    expect(after.run('DBSIZE')).toBe(KEYS);
    await after.manager.stop();
  });

  it('does not hide damage that is in the file', async () => {
    const path = await directoryWithKeys();
    const file = join(path, 'data.mdb');
    // Everywhere: LMDB leaves copies in pages it no longer uses.
    await writeFile(file, (await readFile(file)).latin1Slice().replaceAll('needle', 'noodle'), 'latin1');
    await arrange();
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
    expect(await setAside(path)).toEqual([]);
    const kept = await start(path);
    expect(kept.logger.events('error')).toEqual(['snapshot_quarantined']);
    expect(await setAside(path)).toHaveLength(1);
    process.execPath = execPath;
    await kept.manager.stop();
  });
});

it('a reader that dies of a file cut short has found damage', async () => {
  const path = await directoryWithKeys();
  const file = join(path, 'data.mdb');
  await truncate(file, Math.floor((await stat(file)).size / 2));
  await readBy('kill -BUS $$');
  await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
});

it('what the host preloads may write to standard output', async () => {
  const path = await directoryWithKeys();
  await readBy(`echo "tracing is on"; exec "${execPath}" "$@"`);
  const kept = await start(path, { onCorruption: 'fail' });
  expect(kept.run('DBSIZE')).toBe(KEYS);
  await kept.manager.stop();
});
