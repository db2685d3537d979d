import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { portsToTry } from '../../../../src/cli/ports';
import { openEngine } from '../../../../src/engine';
import { type Listener, startListener } from '../../../../src/modules/cache/standalone/listener';
import { readLastPort, writeLastPort } from '../../../../src/modules/snapshot/directory/last-port';
import { Closing } from '../../../support/closing';
import { freePort } from '../../../support/redis-server';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

const HOST = '127.0.0.1';
const closing = new Closing();
afterEach(() => closing.all());
afterAll(removeTemporaryPaths);

async function listen(ports: readonly number[]): Promise<Listener> {
  const engine = closing.add(openEngine(), (each) => {
    each.close();
  });
  const listener = await startListener(engine, { host: HOST, port: 0, path: '', password: '', ports });
  return closing.add(listener, (each) => each.close());
}

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  const port = await freePort();
  const server = await new Promise<Server>((resolve) => {
    const opened = createServer().listen(port, HOST, () => {
      resolve(opened);
    });
  });
  closing.add(server, (each) => each.close());
  return port;
}

describe('the port of a listener that may choose', () => {
  it('is the first that is free', async () => {
    const [taken, free] = [await takenPort(), await freePort()];
    expect((await listen([taken, taken, free, 0])).port).toBe(free);
    // Now that one is taken too, and any free one is left.
    expect([taken, free]).not.toContain((await listen([taken, free, 0])).port);
  });

  it('is refused when none is left, and named', async () => {
    const [first, last] = [await takenPort(), await takenPort()];
    await expect(listen([first, last])).rejects.toMatchObject({
      code: 'LISTENER_FAILED',
      message: expect.stringContaining(`${HOST}:${String(last)}`),
    });
  });

  it('is another one for each of those that start at the same time', async () => {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
    const listeners = await Promise.all(ports.map(() => listen(ports)));
    expect(listeners.map(({ port }) => port).sort()).toEqual([...ports].sort());
  });

  it('does not hide a mistake that another port would not mend', async () => {
    const engine = closing.add(openEngine(), (each) => {
      each.close();
    });
    const options = { host: '192.0.2.1', port: 0, path: '', password: 'x', ports: [0, 0] };
    await expect(startListener(engine, options)).rejects.toMatchObject({ code: 'LISTENER_FAILED' });
  });
});

describe('the ports respite start tries', () => {
  it('are that of the last start, that of Redis, those above it, any', () => {
    expect(portsToTry(undefined).slice(0, 3)).toEqual([6379, 6380, 6381]);
    expect(portsToTry(7001).slice(0, 3)).toEqual([7001, 6379, 6380]);
    expect(portsToTry(6380).slice(0, 3)).toEqual([6380, 6379, 6381]);
    expect(portsToTry(7001).at(-1)).toBe(0);
  });
});

describe('the port of the last start', () => {
  it('is what was noted; nothing where nothing or something else is', async () => {
    const directory = await temporaryPath();
    expect(await readLastPort(directory)).toBeUndefined();
    await mkdir(directory);
    await writeLastPort(directory, 6390);
    expect(await readLastPort(directory)).toBe(6390);
    await writeLastPort(directory, 6391);
    expect(await readLastPort(directory)).toBe(6391);
    for (const text of ['', '0\n', '99999\n', '6390', 'x\n', '6390\n1\n']) {
      await writeFile(join(directory, '.last-port'), text);
      expect(await readLastPort(directory)).toBeUndefined();
    }
  });

  it('is not read or written through a link', async () => {
    const [directory, target] = [await temporaryPath(), await temporaryPath()];
    await mkdir(directory);
    await writeFile(target, '6390\n');
    await symlink(target, join(directory, '.last-port'));
    expect(await readLastPort(directory)).toBeUndefined();
    await writeLastPort(directory, 6391);
    expect(await readFile(target, 'utf8')).toBe('6390\n');
    expect(await readLastPort(directory)).toBe(6391);
  });
});
