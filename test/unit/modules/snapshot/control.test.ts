import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { lstatSync } from 'node:fs';
import { type App, CacheBackend, createApp } from '../../../../src';
import { type EmbeddedBackend } from '../../../../src/modules/cache';
import { askForSnapshot } from '../../../../src/modules/snapshot/control/ask';
import { openControl } from '../../../../src/modules/snapshot/control/open-control';
import { ownerOf } from '../../../../src/modules/snapshot/control/owner';
import { ControlServer } from '../../../../src/modules/snapshot/control/server';
import { RespiteError } from '../../../../src/errors';
import { Closing } from '../../../support/closing';
import { keep, RecordingLogger } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

const closing = new Closing();
afterEach(async () => {
  jest.restoreAllMocks();
  await closing.all();
});
afterAll(removeTemporaryPaths);

async function socketPath(): Promise<string> {
  return `${dirname(await temporaryPath())}/c`;
}

/** A control socket in front of a manager. */
async function serve(
  manager: Parameters<typeof ControlServer.open>[1],
): Promise<{ path: string; server: ControlServer }> {
  const path = await socketPath();
  return { path, server: closing.add(await ControlServer.open(path, manager), (each) => each.close()) };
}

function post(path: string, route: string, body: string, method = 'POST'): Promise<{ status: unknown; code: unknown }> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path, path: route, method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { error } = JSON.parse(text) as { error?: { code: string } };
        resolve({ status: response.statusCode, code: error?.code });
      });
    })
      .once('error', reject)
      .end(body);
  });
}

describe('what a process is asked for', () => {
  const result = { skipped: false, written: 1, keys: 1, bytes: 1, duration: 1 };
  const asked: unknown[] = [];
  const notAsked = () => Promise.reject(new Error('not asked for'));
  const noBackup = { backupTo: notAsked, feedTo: notAsked };
  const manager = {
    snapshotNow: (options: unknown) => {
      asked.push(options);
      return Promise.resolve(result);
    },
    ...noBackup,
  };

  it.each([
    ['POST', '/v1/snapshot', '{"full":1}', 'INPUT_INVALID'],
    ['POST', '/v1/snapshot', 'null', 'INPUT_INVALID'],
    ['POST', '/v1/snapshot', '', 'INPUT_INVALID'],
    ['POST', '/v1/snapshot', `{"full":true}${' '.repeat(70_000)}`, 'INPUT_INVALID'],
    ['POST', '/v1/snapshot', '{"full":true,"generation":2}', 'CONTROL_REQUEST_UNKNOWN'],
    ['GET', '/v1/snapshot', '', 'CONTROL_REQUEST_UNKNOWN'],
    ['POST', '/v2/snapshot', '{}', 'CONTROL_REQUEST_UNKNOWN'],
    ['POST', '/v1/restore', '{}', 'CONTROL_REQUEST_UNKNOWN'],
    ['POST', '/v1/backup', '{"generation":2}', 'CONTROL_REQUEST_UNKNOWN'],
    ['POST', '/v1/changes', '{"since":2}', 'CONTROL_REQUEST_UNKNOWN'],
    ['POST', '/v1/position', '{"id":7}', 'INPUT_INVALID'],
    ['POST', '/v1/position', '{"id":"of nobody"}', 'INPUT_INVALID'],
  ])('is answered by a code when it is unknown or wrong: %s %s %j', async (method, route, body, code) => {
    const { path } = await serve(manager);
    expect(await post(path, route, body, method)).toEqual({ status: 400, code });
    expect(asked).toEqual([]);
  });

  it('is done, and what came of it is answered', async () => {
    const { path } = await serve(manager);
    expect(await askForSnapshot(path, true)).toEqual(result);
    expect(await post(path, '/v1/snapshot', '{}')).toEqual({ status: 200, code: undefined });
    expect(asked).toEqual([{ full: true }, { full: false }]);
  });

  it('is answered before the socket closes, while half a request is not waited for', async () => {
    let write: () => void = () => undefined;
    const written = new Promise<typeof result>((resolve) => {
      write = () => {
        resolve(result);
      };
    });
    let begun: () => void = () => undefined;
    const writing = new Promise<void>((resolve) => (begun = resolve));
    const { path, server } = await serve({
      ...noBackup,
      snapshotNow: () => {
        begun();
        return written;
      },
    });
    const answer = askForSnapshot(path, false);
    await writing;
    const half = connect(path);
    await once(half, 'connect');
    half.write('POST /v1/snapshot HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
    half.resume().on('error', () => undefined); // it is reset
    const halfClosed = new Promise((resolve) => half.once('close', resolve));
    const silent = connect(path);
    await once(silent, 'connect');
    const silentClosed = new Promise((resolve) => silent.resume().once('close', resolve));
    const closed = server.close();
    write();
    expect(await answer).toEqual(result);
    await Promise.all([closed, halfClosed, silentClosed]);
  });

  it('fails with the code of the process: one that is still restoring has nothing to write', async () => {
    const kept = keep(await temporaryPath());
    const { path } = await serve(kept.manager);
    await expect(askForSnapshot(path, false)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
    expect(kept.manager.status().failures).toBe(0);
    expect(RespiteError.is(await askForSnapshot(path, false).catch((error: unknown) => error))).toBe(true);
  });
});

describe('a private socket that cannot be opened', () => {
  it('is logged, and the application goes on', async () => {
    const logger = new RecordingLogger();
    const { manager } = keep(await temporaryPath());
    const failing = { privateSocket: () => Promise.reject(new Error('no room')) } as unknown as EmbeddedBackend; // all it uses
    expect(await openControl(failing, manager, logger)).toBeUndefined();
    expect(logger.events('warn')).toEqual(['private_socket_failed']);
  });

  it('is none where the backend has none, as those of plug-ins', async () => {
    const logger = new RecordingLogger();
    const { manager } = keep(await temporaryPath());
    expect(await openControl({} as EmbeddedBackend, manager, logger)).toBeUndefined(); // all it uses
    expect(logger.lines).toEqual([]);
  });
});

describe('who uses a directory', () => {
  async function started(data_dir: string): Promise<App> {
    const config = { mode: 'standalone', redis: { standalone: { persistence: { enabled: true, data_dir } } } } as const;
    const app = createApp({ config, configFile: false, env: {}, logger: new RecordingLogger() });
    return closing.add(await app.start(), (each) => each.stop());
  }

  it('is found, and can be asked', async () => {
    const path = await temporaryPath();
    const app = await started(path);
    await app.get(CacheBackend).client.set('a', '1');
    const owner = await ownerOf(path);
    expect(owner?.pid).toBe(process.pid);
    expect(await askForSnapshot(owner?.control ?? '', false)).toMatchObject({ written: 1 });
    await app.stop();
    expect(await ownerOf(path)).toBeUndefined();
  });

  it('is not asked when he is another user, unless by root, who is led nowhere else than to him', async () => {
    const path = await temporaryPath();
    await started(path);
    const owner = lstatSync(path).uid;
    jest.spyOn(process, 'geteuid').mockReturnValue(owner + 1);
    await expect(ownerOf(path)).rejects.toMatchObject({ code: 'SNAPSHOT_OWNER_OTHER_USER' });
    jest.spyOn(process, 'geteuid').mockReturnValue(0);
    expect(await ownerOf(path)).toMatchObject({ pid: process.pid });
  });
});
