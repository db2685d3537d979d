import { createServer, type Socket } from 'node:net';
import type { EmbeddedEngine } from '../engine';
import { asError, RespiteError } from '../errors';
import { PrivateFolder } from '../modules/cache/standalone/private-folder';
import { closeServer, serveSocket } from '../modules/cache/standalone/serve-socket';

/** A socket of an engine, for clients that can do nothing but connect to one. */
export interface EngineSocket {
  /** A unix socket, on Windows a named pipe. */
  readonly path: string;
  /** Lets everybody go, and removes it. */
  close(): void;
}

/** By their paths: whose they are, and what goes with the process. */
const open = new Map<string, { readonly engine: EmbeddedEngine; readonly folder: PrivateFolder }>();

/** The engine behind a path; `undefined` when it is none of ours, or closed. */
export const engineAt = (path: string): EmbeddedEngine | undefined => open.get(path)?.engine;

/**
 * Opens a socket that only this user reaches, at once: who makes a client does not wait. Its clients are those of the
 * application, no others than those of a port. It keeps no process alive.
 * @throws RespiteError `PRIVATE_SOCKET_FAILED`
 */
export function openEngineSocket(engine: EmbeddedEngine): EngineSocket {
  const folder = makeFolder();
  const path = folder.pathOf('redis');
  const address = { kind: 'unix', remote: `${path}:0`, local: `${path}:0` } as const;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.unref());
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, (transport) => engine.connect(address, transport));
  });
  // What the system says against it comes as an event, and to the client when it connects.
  server.on('error', () => undefined);
  // A path is bound before this returns. Exclusive: workers of node:cluster would ask their primary first.
  server.listen({ path, exclusive: true }).unref();
  if (open.size === 0) process.on('exit', leaveNothing);
  open.set(path, { engine, folder });
  void folder.removeStale();
  return {
    path,
    close: () => {
      void closeServer(server, sockets);
      folder.removeAtOnce();
      open.delete(path);
      if (open.size === 0) process.off('exit', leaveNothing);
    },
  };
}

function leaveNothing(): void {
  for (const { folder } of open.values()) folder.removeAtOnce();
}

function makeFolder(): PrivateFolder {
  try {
    return PrivateFolder.make();
  } catch (cause) {
    throw new RespiteError('PRIVATE_SOCKET_FAILED', {
      message: `No folder for an engine's socket could be made in the temporary directory: ${asError(cause).message}. Set TMPDIR to a directory this process may write to.`,
      cause,
    });
  }
}
