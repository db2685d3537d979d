import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asError, RespiteError } from '../../../errors';
import { listenPrivately } from '../../cache';
import type { SnapshotManager } from '../snapshot-manager';
import type { BackupResult, BackupSink } from '../backup/write-backup';
import { type FeedMaker, Feeds } from './feeds';
import { BACKUP_ROUTE, type CarriedError, CHANGES_ROUTE, POSITION_ROUTE, SNAPSHOT_ROUTE } from './protocol';
import { gone, roomIn } from './responses';

/** Longest body of a request. */
const MAX_BODY_BYTES = 65_536;

/** What others may ask of the one who keeps the data. */
export interface ControlledManager extends Pick<SnapshotManager, 'snapshotNow'>, FeedMaker {
  backupTo(sink: BackupSink): Promise<BackupResult>;
}

/** Answers the requests of other processes (`protocol.ts`). It keeps no process alive. */
export class ControlServer {
  readonly #running = new Set<Promise<void>>();
  /** Requests that are not here as a whole yet, and may never be. */
  readonly #arriving = new Set<IncomingMessage>();
  readonly #feeds: Feeds;
  readonly #server: Server;

  private constructor(private readonly manager: ControlledManager) {
    this.#feeds = new Feeds(manager);
    this.#server = createServer((request, response) => {
      const running = this.#answer(request, response).finally(() => this.#running.delete(running));
      this.#running.add(running);
    });
    this.#server.on('connection', (socket) => socket.unref());
  }

  /** @param path of a unix socket in a folder nobody else may enter, or of a named pipe. @throws errors of the system */
  static async open(path: string, manager: ControlledManager): Promise<ControlServer> {
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
    this.#feeds.close();
    await Promise.all(this.#running);
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { method = '', url = '' } = request;
      if (method === 'POST' && url === BACKUP_ROUTE) await this.#sendBackup(request, response);
      else if (method === 'POST' && url === CHANGES_ROUTE) await this.#sendChanges(request, response);
      else await send(response, 200, await this.#run(request));
    } catch (error) {
      // What has begun cannot become an error: its end is missing.
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { message } = asError(error);
      const carried: CarriedError = { error: { code: RespiteError.is(error) ? error.code : 'INTERNAL', message } };
      await send(response, 400, carried);
    }
  }

  async #sendBackup(request: IncomingMessage, response: ServerResponse): Promise<void> {
    assertNone(fieldsOf(await this.#body(request), BACKUP_ROUTE), BACKUP_ROUTE);
    await this.manager.backupTo(async (piece) => {
      if (response.destroyed) throw gone();
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'application/octet-stream', connection: 'close' });
      if (!response.write(piece)) await roomIn(response);
    });
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.end();
    });
  }

  async #sendChanges(request: IncomingMessage, response: ServerResponse): Promise<void> {
    assertNone(fieldsOf(await this.#body(request), CHANGES_ROUTE), CHANGES_ROUTE);
    await this.#feeds.send(response);
  }

  async #run(request: IncomingMessage): Promise<unknown> {
    const { method = '', url = '' } = request;
    if (method === 'POST' && url === POSITION_ROUTE) return this.#feeds.position(idOf(await this.#body(request)));
    if (method !== 'POST' || url !== SNAPSHOT_ROUTE) throw unknownRequest(`${method} ${url}`);
    return this.manager.snapshotNow({ full: isFull(await this.#body(request)) });
  }

  #body(request: IncomingMessage): Promise<string> {
    this.#arriving.add(request);
    return bodyOf(request).finally(() => this.#arriving.delete(request));
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
    if (bytes > MAX_BODY_BYTES) throw badBody(request.url ?? '', 'it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isFull(body: string): boolean {
  const { full = false, ...others } = fieldsOf(body, SNAPSHOT_ROUTE);
  if (typeof full !== 'boolean') throw badBody(SNAPSHOT_ROUTE, '"full" is neither true nor false');
  assertNone(others, SNAPSHOT_ROUTE);
  return full;
}

function idOf(body: string): string {
  const { id, ...others } = fieldsOf(body, POSITION_ROUTE);
  if (typeof id !== 'string') throw badBody(POSITION_ROUTE, '"id" is no text');
  assertNone(others, POSITION_ROUTE);
  return id;
}

function fieldsOf(body: string, route: string): Partial<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw badBody(route, 'it is no JSON');
  }
  if (typeof value !== 'object' || value === null) throw badBody(route, 'it is no object');
  return value; // an object, whatever is in it
}

/** A request that asks for more than is known must not be answered with less. */
function assertNone(others: object, route: string): void {
  const [other] = Object.keys(others);
  if (other !== undefined) throw unknownRequest(`POST ${route} with "${other}"`);
}

function badBody(route: string, what: string): RespiteError {
  return new RespiteError('INPUT_INVALID', { message: `The body of POST ${route} cannot be used: ${what}.` });
}

function unknownRequest(what: string): RespiteError {
  return new RespiteError('CONTROL_REQUEST_UNKNOWN', {
    message: `Process ${String(process.pid)} runs a version of Respite that does not know "${what}". Restart it with the version that asks for it.`,
  });
}
