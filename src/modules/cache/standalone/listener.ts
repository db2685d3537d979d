import { connect, createServer, type Server, type Socket } from 'node:net';
import { lstat, unlink } from 'node:fs/promises';
import { isLoopback } from '../../../config';
import { RespiteError } from '../../../errors';
import { RespConnection, type ClientAddress, type Engine } from '../../../engine';

/** Where other processes reach the engine. */
export interface ListenerOptions {
  /** Default 127.0.0.1. An address beyond loopback needs a password. */
  readonly host: string;
  /** 0 = a free port of the system's choice. */
  readonly port: number;
  /** Unix socket path; when set, host and port are not used. */
  readonly path: string;
  readonly password: string;
}

export interface Listener {
  /** `redis://127.0.0.1:6379` or `unix:///run/respite.sock`. */
  readonly url: string;
  readonly port: number | undefined;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/** Unsent bytes beyond which a client gets no more requests answered until it reads. */
const CONGESTED_BYTES = 1_048_576;
/** Goes out as bytes: there is no session yet. */
const TOO_MANY_CLIENTS = '-ERR max number of clients reached\r\n';

/**
 * Opens a port (or unix socket) in front of an engine.
 * @throws RespiteError LISTENER_UNPROTECTED for an address beyond loopback without a password
 * @throws RespiteError LISTENER_FAILED when the system refuses the address
 */
export async function startListener(engine: Engine, options: ListenerOptions): Promise<Listener> {
  if (options.path === '' && !isLoopback(options.host) && options.password === '') {
    throw new RespiteError('LISTENER_UNPROTECTED', {
      message: `redis.standalone.listener.host is ${options.host}, which other machines can reach, and no password is set: set redis.standalone.listener.password, or use 127.0.0.1`,
    });
  }
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    serve(engine, socket, options, connections);
  });
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : undefined;
  if (port !== undefined) engine.listening = { host: options.host, port };
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
  const where = options.path === '' ? { host: options.host, port: options.port } : { path: options.path };
  if (options.path !== '') await removeStaleSocket(options.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const name = options.path === '' ? `${options.host}:${String(options.port)}` : options.path;
      reject(
        new RespiteError('LISTENER_FAILED', {
          message: `cannot listen on ${name} (${cause.message}): choose another redis.standalone.listener address, or port 0 for a free one`,
          cause,
        }),
      );
    });
    server.listen(where, resolve);
  });
}

/** A socket left by a process that was killed would make the address look taken. What is no socket is not ours to remove. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true && !(await isServed(path))) await unlink(path).catch(() => undefined); // gone meanwhile
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
}

function serve(engine: Engine, socket: Socket, options: ListenerOptions, connections: Set<Socket>): void {
  if (engine.sessions.size >= engine.parameters.maxClients) {
    engine.stats.rejectedConnections += 1;
    socket.on('error', () => undefined); // it may be gone already
    socket.end(TOO_MANY_CLIENTS);
    return;
  }
  connections.add(socket);
  const connection: RespConnection = new RespConnection(engine, addressOf(socket, options), {
    write: (bytes) => {
      socket.write(bytes, 'latin1');
    },
    end: () => {
      // Half closed is not enough: a peer that never stops writing would never learn of it.
      socket.destroySoon();
    },
    abort: () => {
      socket.destroy();
    },
    congested: () => socket.writableLength > CONGESTED_BYTES,
    unsent: () => socket.writableLength,
  });
  socket.on('data', (chunk) => {
    connection.receive(chunk);
    if (connection.congested) socket.pause();
  });
  socket.on('drain', () => {
    socket.resume();
    connection.resume();
  });
  socket.on('error', () => {
    socket.destroy();
  }); // resets are normal: `close` follows
  socket.on('close', () => {
    connections.delete(socket);
    connection.abandon();
  });
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

function closeServer(server: Server, connections: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    for (const socket of connections) socket.destroy();
  });
}
