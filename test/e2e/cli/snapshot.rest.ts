import { mkdirSync, readdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { leftIn } from '../../support/left-in';
import { crash, PrivatePlace, stop } from '../../support/private-place';

let place: PrivatePlace;
beforeEach(() => {
  place = new PrivatePlace();
});
afterEach(() => place.remove());

/** What the command answers with `--json`. */
async function answer(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await place.snapshot('--json', ...args);
  return JSON.parse(stdout) as Record<string, unknown>; // the command's own words
}

/** The code of the error that the command ends with. */
async function failure(...args: string[]): Promise<{ readonly code: unknown; readonly message: string }> {
  const { error } = (await answer(...args)) as { error: { code: string; message: string } };
  expect((await place.snapshot(...args)).code).toBe(1);
  return error;
}

async function set(...pairs: string[]): Promise<void> {
  const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
  await client.mset(...pairs);
  client.disconnect();
}

describe('respite snapshot, while a process uses the directory', () => {
  it('has it write what changed, or everything, whatever password its listener has', async () => {
    const owner = await place.start('--password', 'secret');
    const { pid } = owner.process;
    await set('a', '1', 'b', '2');
    const facts = { dataDir: place.data, pid };
    const numbers = { bytes: expect.any(Number), durationMs: expect.any(Number) };
    expect(await answer()).toEqual({ ...facts, skipped: false, written: 2, keys: 2, ...numbers });
    expect(await answer()).toEqual({ ...facts, skipped: true, written: 0 });
    await set('c', '3');
    expect(await answer()).toMatchObject({ written: 1, keys: 3 });
    expect(await answer('--full')).toMatchObject({ written: 3, keys: 3 });
  });

  it('says so in words', async () => {
    const owner = await place.start();
    const who = `Process ${String(owner.process.pid)}`;
    expect(await place.snapshot()).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `${who} had nothing to write: nothing in ${place.data} has changed since the last snapshot.\n`,
    });
    await set('a', '1');
    expect((await place.snapshot('--data-dir', place.data)).stdout).toMatch(
      new RegExp(`^${who} wrote 1 record in \\d+ ms: ${place.data} holds 1 key in \\d+ bytes\\.\n$`),
    );
  });

  it('what was written is there after a crash', async () => {
    const owner = await place.start();
    await set('a', '1');
    await answer();
    await crash(owner);
    expect(await answer()).toMatchObject({ pid: null, keys: 1 });
  });

  it('finds the directory by the configuration, as the start does', async () => {
    writeFileSync(join(place.cwd, 'respite.yaml'), 'redis: { standalone: { persistence: { data_dir: ./elsewhere } } }');
    await place.start();
    expect(await answer()).toMatchObject({ dataDir: join(place.cwd, 'elsewhere'), skipped: true });
  });
});

describe('respite snapshot, when nobody uses the directory', () => {
  it('says what is in it', async () => {
    await stop(await place.start());
    expect(await answer()).toMatchObject({ pid: null, written: 0, keys: 0, lastSnapshot: null });
    const owner = await place.start();
    await set('a', '1', 'b', '2');
    await stop(owner);
    const before = readdirSync(place.data);
    const lastSnapshot = expect.stringMatching(/^20\d\d-.*Z$/) as string;
    expect(await answer()).toMatchObject({ pid: null, skipped: true, written: 0, keys: 2, lastSnapshot });
    expect((await place.snapshot()).stdout).toContain(`No process uses ${place.data}`);
    expect(readdirSync(place.data)).toEqual(before);
  });

  it('writes it anew with --full, whatever the application is set to', async () => {
    const owner = await place.start();
    await set('a', '1', 'b', '2');
    await stop(owner);
    const strange = [
      '--mode',
      'distributed',
      '--set',
      'redis.standalone.max_memory=1mb',
      '--set',
      'metrics.enabled=true',
    ];
    expect(await answer('--full', ...strange)).toMatchObject({ pid: null, skipped: false, written: 2, keys: 2 });
    expect((await place.snapshot('--full')).stdout).toMatch(/^This command wrote 2 records/);
    expect(readdirSync(place.data).filter((name) => name.startsWith('lock.'))).toEqual([]);
    expect(leftIn(place.tmp)).toEqual([]);
    await place.start();
    expect(await answer()).toMatchObject({ skipped: true });
  });

  it('refuses a damaged one and leaves it where it is', async () => {
    const owner = await place.start();
    await set('a', '1');
    await stop(owner);
    writeFileSync(join(place.data, 'data.mdb'), Buffer.alloc(20_000, 'x'));
    expect(await failure()).toMatchObject({ code: 'RESTORE_CORRUPT' });
    expect(await failure('--full')).toMatchObject({ code: 'RESTORE_CORRUPT' });
    expect(readdirSync(place.cwd).filter((name) => name.startsWith('respite-data'))).toEqual(['respite-data']);
  });
});

describe('respite snapshot says what is wrong', () => {
  it('when the directory is not there, was never used, or is somebody else’s', async () => {
    expect(await failure()).toMatchObject({ code: 'SNAPSHOT_DIR_MISSING' });
    expect(await failure('--full')).toMatchObject({ code: 'SNAPSHOT_DIR_MISSING' });
    expect(readdirSync(place.cwd)).toEqual(['tmp']);
    mkdirSync(place.data);
    expect(await failure('--full')).toMatchObject({ code: 'SNAPSHOT_DIR_MISSING' });
    expect(readdirSync(place.data)).toEqual([]);
    writeFileSync(join(place.data, 'letters.txt'), 'dear');
    expect(await failure()).toMatchObject({ code: 'SNAPSHOT_DIR_FOREIGN' });
    expect(await failure('--data-dir', join(place.data, 'letters.txt'))).toMatchObject({
      code: 'SNAPSHOT_DIR_UNUSABLE',
    });
  });

  it('when the process is older and its lock file names no socket', async () => {
    const owner = await place.start();
    const { sockets: _, ...older } = place.holder();
    writeFileSync(join(place.data, 'lock.1'), JSON.stringify(older));
    expect(await failure()).toEqual({
      code: 'SNAPSHOT_OWNER_UNREACHABLE',
      message: expect.stringMatching(`Process ${String(owner.process.pid)} .*Send SAVE`),
    });
  });

  it('when the socket is not here, as that of a process in another container', async () => {
    await place.start();
    renameSync(dirname(place.holder().sockets.control), join(place.tmp, 'moved'));
    expect(await failure()).toEqual({
      code: 'SNAPSHOT_OWNER_UNREACHABLE',
      message: expect.stringContaining('another container'),
    });
  });

  it('when nobody answers there any more', async () => {
    await place.start();
    const { control } = place.holder().sockets;
    unlinkSync(control);
    // Another thing of that user: it is asked, and understands nothing.
    const server = createServer((socket) => socket.resume().end('-ERR what?\r\n')).listen(control);
    expect(await failure()).toMatchObject({ code: 'SNAPSHOT_OWNER_UNREACHABLE' });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    [
      'a link',
      (control: string) => {
        symlinkSync('redis', control);
      },
    ],
    [
      'a file',
      (control: string) => {
        writeFileSync(control, '');
      },
    ],
  ])('when %s stands in the place of the socket', async (_, put) => {
    await place.start();
    const { control } = place.holder().sockets;
    unlinkSync(control);
    put(control);
    expect(await failure()).toEqual({
      code: 'SNAPSHOT_OWNER_UNREACHABLE',
      message: expect.stringContaining('nothing was sent to it'),
    });
  });
});

describe('respite snapshot --full, with another key', () => {
  const keyFile = (name: string, key: string): string => {
    const path = join(dirname(place.data), name);
    writeFileSync(path, `${key}\n`);
    return path;
  };

  it('encrypts a directory, changes its key, and writes it in clear again', async () => {
    const owner = await place.start();
    await set('a', 'in clear');
    await stop(owner);
    const first = keyFile('first.key', 'aB'.repeat(32));
    const second = keyFile('second.key', `${'A'.repeat(42)}E=`);
    const encrypted = await place.snapshot('--full', '--new-key-file', first);
    expect(encrypted.stdout).toContain(`It is encrypted with the key in ${first}: change the configuration`);
    expect(await failure('--full')).toMatchObject({ code: 'ENCRYPTION_KEY_MISSING' });
    const withKey = (file: string): readonly string[] => {
      const path = join(dirname(place.data), `${String(dirname(file).length)}.json`);
      writeFileSync(path, JSON.stringify({ redis: { standalone: { persistence: { encryption_key_file: file } } } }));
      return ['--config', path];
    };
    expect((await place.snapshot('--full', '--new-key-file', second, ...withKey(first))).code).toBe(0);
    expect(await failure('--full', ...withKey(first))).toMatchObject({ code: 'ENCRYPTION_KEY_WRONG' });
    const plain = await place.snapshot('--full', '--no-key', ...withKey(second));
    expect(plain.stdout).toContain('It is not encrypted any more');
    expect(await failure('--full', ...withKey(second))).toMatchObject({ code: 'ENCRYPTION_KEY_UNUSED' });
    expect(await answer('--full')).toMatchObject({ written: 1, keys: 1 });
  });

  it('refuses half of it, a key that is none, and a directory in use', async () => {
    expect(await failure('--no-key')).toMatchObject({ code: 'INPUT_INVALID' });
    const none = keyFile('none.key', 'password');
    expect(await failure('--full', '--new-key-file', none)).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID' });
    await place.start();
    expect(await failure('--full', '--no-key')).toMatchObject({ code: 'SNAPSHOT_LOCKED' });
  });
});
