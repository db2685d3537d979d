import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asError, RespiteError } from '../../../errors';
import { listenPrivately } from '../../cache';
import type { SnapshotManager } from '../snapshot-manager';
import { type CarriedError, SNAPSHOT_ROUTE } from './protocol';

/** Longest body of a request. */
const MAX_BODY_BYTES = 65_536;

/** Answers the requests of other processes (`protocol.ts`). It keeps no process alive. */
export class ControlServer {
  readonly #running = new Set<Promise<void>>();
  /** Requests that are not here as a whole yet, and may never be. */
  readonly #arriving = new Set<IncomingMessage>();
  readonly #server: Server;

  private constructor(private readonly manager: Pick<SnapshotManager, 'snapshotNow'>) {
    this.#server = createServer((request, response) => {
      const running = this.#answer(request, response).finally(() => this.#running.delete(running));
      this.#running.add(running);
    });
    this.#server.on('connection', (socket) => socket.unref());
  }

  /** @param path of a unix socket in a folder nobody else may enter, or of a named pipe. @throws errors of the system */
  static async open(path: string, manager: Pick<SnapshotManager, 'snapshotNow'>): Promise<ControlServer> {
    const control = new ControlServer(manager);
    await listenPrivately(control.#server, path);
    return control;
  }

  /** Lets nobody in, answers what was asked for, and closes. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const request of this.#arriving) request.destroy();
    await Promise.all(this.#running);
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await send(response, 200, await this.#run(request));
    } catch (error) {
      const { message } = asError(error);
      const carried: CarriedError = { error: { code: RespiteError.is(error) ? error.code : 'INTERNAL', message } };
      await send(response, 400, carried);
    }
  }

  async #run(request: IncomingMessage): Promise<unknown> {
    const { method = '', url = '' } = request;
    if (method !== 'POST' || url !== SNAPSHOT_ROUTE) throw unknownRequest(`${method} ${url}`);
    this.#arriving.add(request);
    const body = await bodyOf(request).finally(() => this.#arriving.delete(request));
    return this.manager.snapshotNow({ full: isFull(body) });
  }
}

/** Resolves when it has left, or its connection is gone. */
function send(response: ServerResponse, status: number, body: unknown): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    response.once('close', resolve);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw badBody('it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isFull(body: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw badBody('it is no JSON');
  }
  if (typeof value !== 'object' || value === null) throw badBody('it is no object');
  const { full = false, ...others } = value as Partial<Record<string, unknown>>; // an object, whatever is in it
  if (typeof full !== 'boolean') throw badBody('"full" is neither true nor false');
  const [other] = Object.keys(others);
  if (other !== undefined) throw unknownRequest(`POST ${SNAPSHOT_ROUTE} with "${other}"`);
  return full;
}

function badBody(what: string): RespiteError {
  return new RespiteError('INPUT_INVALID', { message: `The body of POST ${SNAPSHOT_ROUTE} cannot be used: ${what}.` });
}

function unknownRequest(what: string): RespiteError {
  return new RespiteError('CONTROL_REQUEST_UNKNOWN', {
    message: `Process ${String(process.pid)} runs a version of Respite that does not know "${what}". Restart it with the version that asks for it.`,
  });
}
