import { createServer, type Server, type Socket } from 'node:net';
import type { EmbeddedEngine } from '../../../engine';
import { asError, RespiteError } from '../../../errors';
import type { PrivateSocket } from '../embedded-backend';
import { listenPrivately } from '../listen-privately';
import { PrivateFolder } from './private-folder';
import { closeServer, serveSocket } from './serve-socket';

/**
 * Serves an engine to the other processes of this user, by a socket whose folder is closed to everybody else: so there is
 * no password, no user's rules and no `maxclients`, by which an operator could be kept out. It keeps no process alive, nor
 * do those who are connected.
 */
export class PrivateServer implements PrivateSocket {
  private constructor(
    private readonly folder: PrivateFolder,
    private readonly server: Server,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  /** @throws RespiteError `PRIVATE_SOCKET_FAILED` */
  static async open(engine: EmbeddedEngine): Promise<PrivateServer> {
    let folder: PrivateFolder | undefined;
    try {
      folder = PrivateFolder.make();
      await folder.removeStale();
      const { server, sockets } = await serve(engine, folder.pathOf('redis'));
      return new PrivateServer(folder, server, sockets);
    } catch (cause) {
      await folder?.remove();
      throw new RespiteError('PRIVATE_SOCKET_FAILED', {
        message: `No socket for the other processes of this user could be opened in the temporary directory: ${asError(cause).message}. Set TMPDIR to a directory this process may write to.`,
        cause,
      });
    }
  }

  get path(): string {
    return this.folder.pathOf('redis');
  }

  get controlPath(): string {
    return this.folder.pathOf('control');
  }

  /** Lets everybody go who is connected, and nobody in. */
  close(): Promise<void> {
    return closeServer(this.server, this.sockets);
  }

  /** Removes the folder, once nothing in it is served. */
  remove(): Promise<void> {
    return this.folder.remove();
  }
}

async function serve(engine: EmbeddedEngine, path: string): Promise<{ server: Server; sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const address = { kind: 'unix', remote: `${path}:0`, local: `${path}:0` } as const;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.unref());
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, (transport) => engine.connectTrusted(address, transport));
  });
  await listenPrivately(server, path);
  return { server, sockets };
}
