import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

const TABLE = '/proc/net/tcp';
const LIMIT_MS = 500_000;
/** Where the kernel does not say: how long a server gets to read a command. */
const ELSEWHERE_MS = 60;

/**
 * Waits until the server at the other end of `socket`, an IPv4 loopback connection, has read everything sent so far: what
 * is sent on another connection from then on is later for the server. The kernel knows; asking the server itself would
 * be a command that a paused one does not answer, and that others see in MONITOR.
 * @throws Error after a few minutes
 */
export async function hasRead(socket: Socket): Promise<void> {
  const { localPort = 0, remotePort = 0 } = socket;
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const table = await readFile(TABLE, 'latin1').catch(() => undefined);
    if (socket.destroyed) return;
    if (table === undefined) return wait(ELSEWHERE_MS);
    const unacknowledged = queues(table, localPort, remotePort)[0];
    const unread = queues(table, remotePort, localPort)[1];
    if (socket.writableLength + unacknowledged + unread === 0) break;
    if (performance.now() > deadline) throw new Error('the server reads nothing');
    await wait(1);
  }
  // A server in this process may run a command some turns after it has read it.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

/** Bytes that one end of a connection has sent without an answer and has not read; none when the connection is gone. */
function queues(table: string, from: number, to: number): readonly [unacknowledged: number, unread: number] {
  const end = (port: number): string => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const [, sent = '0', received = '0'] = new RegExp(` ${end(from)} ${end(to)} \\w+ (\\w+):(\\w+) `).exec(table) ?? [];
  return [parseInt(sent, 16), parseInt(received, 16)];
}
