import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SingleServer } from './server';

/** What is found at an address where no Redis served us, when somebody looks again. */
export type Finding = 'http' | 'other-protocol' | 'talks-tls' | 'talks-plain' | 'protected' | 'loading';

/** The longest a look takes, in milliseconds. */
const LIMIT_MS = 1000;

/** The first byte of everything TLS says. */
const TLS_RECORD = /^[\x14-\x18]\x03/;

/**
 * Looks what answers at an address, with a PING that carries no login, and with the beginning of TLS: clients only tell
 * that they did not understand it, or that it closed the connection. `undefined` when that says nothing.
 */
export async function probe({ target: { address }, options }: SingleServer): Promise<Finding | undefined> {
  const limit = Math.min(LIMIT_MS, options.connectTimeout);
  const plain = createConnection(address);
  plain.once('connect', () => plain.write('PING\r\n'));
  const answer = await firstWords(plain, limit);
  if (answer !== '') return readAnswer(answer, options.tls !== undefined);
  if (options.tls !== undefined) return undefined;
  // Whose certificate it is does not matter: nothing is told to it.
  const secure = connectTls({ ...address, rejectUnauthorized: false });
  return (await becomesSecure(secure, limit)) ? 'talks-tls' : undefined;
}

function readAnswer(answer: string, withTls: boolean): Finding | undefined {
  if (answer.startsWith('HTTP/')) return 'http';
  if (TLS_RECORD.test(answer)) return withTls ? undefined : 'talks-tls';
  if (answer.startsWith('-DENIED')) return 'protected';
  if (answer.startsWith('-LOADING')) return 'loading';
  // A simple string or an error is what Redis answers to a PING.
  if (!/^[+-]/.test(answer)) return 'other-protocol';
  return withTls ? 'talks-plain' : undefined;
}

/** What it says first; empty when it says nothing in time, or closes. */
function firstWords(socket: Socket, limitMs: number): Promise<string> {
  return settled(socket, limitMs, '', (settle) => {
    socket.once('data', (bytes: Buffer) => {
      settle(bytes.toString('latin1'));
    });
  });
}

function becomesSecure(socket: Socket, limitMs: number): Promise<boolean> {
  return settled(socket, limitMs, false, (settle) => {
    socket.once('secureConnect', () => {
      settle(true);
    });
  });
}

/** Waits for what `listen` finds, and for `otherwise` when the socket closes or time is up. */
function settled<T>(
  socket: Socket,
  limitMs: number,
  otherwise: T,
  listen: (settle: (value: T) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve) => {
    const timer = setTimeout(resolve, limitMs, otherwise);
    const settle = (value: T): void => {
      clearTimeout(timer);
      resolve(value);
      socket.destroy();
    };
    listen(settle);
    socket.once('error', () => {
      settle(otherwise);
    });
    socket.once('close', () => {
      settle(otherwise);
    });
  }).finally(() => socket.destroy());
}
