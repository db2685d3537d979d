import type { Server, Socket } from 'node:net';
import type { EmbeddedEngine, RespConnection } from '../../../engine';

type Transport = Parameters<EmbeddedEngine['connect']>[1];

/** Unsent bytes beyond which a client gets no more requests answered until it reads. */
const CONGESTED_BYTES = 1_048_576;

/** Strings of so many bytes become buffers when they have to wait. */
const OUTSIDE_BYTES = 4096;

/**
 * Lets a socket be a client of an engine.
 * @param connect joins the client
 */
export function serveSocket(socket: Socket, connect: (transport: Transport) => RespConnection): void {
  const connection = connect({
    write: (bytes) => {
      // What waits for the peer to read waits outside of V8's heap.
      if (bytes.length >= OUTSIDE_BYTES && socket.writableLength > 0) socket.write(Buffer.from(bytes, 'latin1'));
      else socket.write(bytes, 'latin1');
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
    relieved: () => {
      socket.resume();
    },
  });
  socket.on('data', (chunk) => {
    connection.receive(chunk);
    if (connection.congested) socket.pause();
  });
  socket.on('drain', () => {
    socket.resume();
    connection.resume();
  });
  socket.on('end', () => {
    connection.receiveEnd();
  });
  // Resets are normal. `close` comes a turn of the event loop later, in which nothing may be served any more.
  socket.on('error', () => {
    connection.abandon();
    socket.destroy();
  });
  socket.on('close', () => {
    connection.abandon();
  });
}

/** Closes a server and the sockets that came by it. */
export function closeServer(server: Server, sockets: Iterable<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    for (const socket of sockets) socket.destroy();
  });
}
