import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { once } from 'node:events';

/** Where to ask. */
export type Where = Extract<NetConnectOpts, { path: string }> | { readonly host: string; readonly port: number };

/**
 * Asks an engine of ours for a sign of life, by its socket: a client of ioredis would be a lot to load for a health check.
 * @returns what it said, `+PONG` if all is well; without the end of the line
 * @throws errors of the system, and the signal's reason
 */
export async function rawPing(where: Where, password: string, signal: AbortSignal): Promise<string> {
  const socket = connect({ ...where });
  try {
    await once(socket, 'connect', { signal });
    const lines = linesOf(socket, signal);
    if (password !== '') {
      socket.write(command('AUTH', password));
      const { value = '' } = await lines.next();
      if (!value.startsWith('+OK')) return value;
    }
    socket.write(command('PING'));
    return (await lines.next()).value ?? 'the connection was closed';
  } finally {
    socket.destroy();
  }
}

async function* linesOf(socket: Socket, signal: AbortSignal): AsyncGenerator<string, undefined> {
  let text = '';
  socket.setEncoding('latin1');
  const abort = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', abort);
  for await (const chunk of socket) {
    text += String(chunk);
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
  return undefined;
}

const command = (...words: readonly string[]): string =>
  [`*${String(words.length)}`, ...words.flatMap((word) => [`$${String(Buffer.byteLength(word))}`, word]), ''].join(
    '\r\n',
  );
