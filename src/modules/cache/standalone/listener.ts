import cluster from 'node:cluster';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { isLoopback } from '../../../config';
import { asError, RespiteError } from '../../../errors';
import type { ClientAddress, EmbeddedEngine } from '../../../engine';
import { closeServer, serveSocket } from './serve-socket';
import { listenInPlaceOf } from './stale-socket';

/** Where other processes reach the engine. */
export interface ListenerOptions {
  /** Default 127.0.0.1. An address beyond loopback needs a password. */
  readonly host: string;
  /** 0 = a free port of the system's choice. */
  readonly port: number;
  /** Ports to try in turn instead of `port`: the first that nobody uses. The last one decides how it ends. */
  readonly ports?: readonly number[] | undefined;
  /** Unix socket path; when set, host and port are not used. */
  readonly path: string;
  readonly password: string;
}

/** A listener that is open. */
export interface Listener {
  /** `redis://127.0.0.1:6379` or `unix:///run/respite.sock`. */
  readonly url: string;
  readonly port: number | undefined;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/** Goes out as bytes: there is no session yet. */
const TOO_MANY_CLIENTS = '-ERR max number of clients reached\r\n';

/**
 * Opens a port (or unix socket) in front of an engine.
 * @throws RespiteError LISTENER_UNPROTECTED for an address beyond loopback without a password
 * @throws RespiteError LISTENER_FAILED when the system refuses the address
 */
export async function startListener(engine: EmbeddedEngine, options: ListenerOptions): Promise<Listener> {
  if (options.path === '' && !isLoopback(options.host) && options.password === '') {
    throw new RespiteError('LISTENER_UNPROTECTED', {
      message: `redis.standalone.listener.host is ${options.host}, which other machines can reach, and no password is set: set redis.standalone.listener.password, or use 127.0.0.1`,
    });
  }
  const connections = new Set<Socket>();
  // Half open: a client that sends its commands and ends its side gets their answers before we end ours, as from Redis.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    serve(engine, socket, options, connections);
  });
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : undefined;
  if (port !== undefined) engine.host.listening = { host: options.host, port };
  return {
    url:
      port === undefined
        ? `unix://${options.path}`
        : `redis://${options.host.includes(':') ? `[${options.host}]` : options.host}:${String(port)}`,
    port,
    close: () => closeServer(server, connections),
  };
}

async function listen(server: Server, options: ListenerOptions): Promise<void> {
  const { path, host, port, ports = [port] } = options;
  const name = path === '' ? `${host}:${String(ports.at(-1))}` : path;
  try {
    if (path === '') await bindFirst(server, host, ports);
    else await listenInPlaceOf(path, () => bind(server, { path }));
  } catch (cause) {
    const { message } = asError(cause);
    throw new RespiteError('LISTENER_FAILED', { message: `cannot listen on ${name} (${message}): ${advice()}`, cause });
  }
}

/** To ask whether a port is free and then to take it, another process may come between: so each is taken, or it is not. */
async function bindFirst(server: Server, host: string, ports: readonly number[]): Promise<void> {
  for (const [i, port] of ports.entries()) {
    try {
      await bind(server, { host, port });
      return;
    } catch (error) {
      // Windows says EACCES of ports it keeps for itself.
      const { code } = asError(error) as NodeJS.ErrnoException; // as the system's errors are
      const taken = code === 'EADDRINUSE' || code === 'EACCES';
      if (!taken || i === ports.length - 1) throw error;
    }
  }
}

function bind(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: workers of node:cluster would share the address, and each would answer from an engine of its own.
    server.listen({ ...where, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function advice(): string {
  return cluster.isWorker
    ? 'every worker of node:cluster (or PM2 in cluster mode) has an engine of its own, and two engines cannot answer behind one address. Let one process own the engine and the others connect to it, or run mode: distributed'
    : 'choose another redis.standalone.listener address, or port 0 for a free one';
}

function serve(engine: EmbeddedEngine, socket: Socket, options: ListenerOptions, connections: Set<Socket>): void {
  connections.add(socket);
  socket.once('close', () => connections.delete(socket));
  if (!engine.admit()) {
    refuse(socket);
    return;
  }
  serveSocket(socket, (transport) => engine.connect(addressOf(socket, options), transport));
}

/** Tells it why, and hangs up: half closed it would stay, because nobody reads what it has said already. */
function refuse(socket: Socket): void {
  socket.on('error', () => undefined); // it may be gone already
  socket.resume().write(TOO_MANY_CLIENTS);
  socket.destroySoon();
}

function addressOf(socket: Socket, options: ListenerOptions): ClientAddress {
  if (options.path !== '') return { kind: 'unix', remote: `${options.path}:0`, local: `${options.path}:0` };
  const join = (host: string | undefined, port: number | undefined) =>
    `${host?.includes(':') === true ? `[${host}]` : (host ?? '')}:${String(port ?? 0)}`;
  return {
    kind: 'tcp',
    remote: join(socket.remoteAddress, socket.remotePort),
    local: join(socket.localAddress, socket.localPort),
  };
}
