import type { Redis } from 'ioredis';
import { answers, type Line } from './replies';

/** The commands that read a value and its deadline. */
export function valueLines(key: Buffer): [Line, Line] {
  return [
    ['DUMP', key],
    ['PEXPIRETIME', key],
  ];
}

/**
 * When keys expire, milliseconds since the epoch; 0 = never, -2 = there is no such key.
 * @param replies what PEXPIRETIME answered. Redis before 7.0 does not know it: what is left, and its clock, say the same to a few
 * milliseconds.
 */
export async function deadlines(
  client: Redis,
  keys: readonly Buffer[],
  replies: readonly unknown[],
): Promise<number[]> {
  if (!replies.some(isUnknown)) return replies.map((reply) => deadline(Number(reply)));
  const [time, ...left] = await answers(client, [['TIME'], ...keys.map((key): Line => ['PTTL', key])]);
  const [seconds, microseconds] = Array.isArray(time) ? time.map(Number) : [];
  const now = (seconds ?? 0) * 1000 + Math.floor((microseconds ?? 0) / 1000);
  return left.map((reply) => (Number(reply) < 0 ? deadline(Number(reply)) : now + Number(reply)));
}

/** When one key expires, as `deadlines` says it. */
export async function deadlineOf(client: Redis, key: Buffer): Promise<number> {
  const [reply] = await deadlines(client, [key], await answers(client, [['PEXPIRETIME', key]]));
  return reply ?? -2;
}

function deadline(reply: number): number {
  return reply === -1 ? 0 : reply;
}

function isUnknown(reply: unknown): boolean {
  return reply instanceof Error && /unknown command/i.test(reply.message);
}

/** Milliseconds that a deadline computed from what is left may be off. */
const SLACK_MS = 5;

/** How far deadlines may be apart that these servers tell of the same key: older ones than Redis 7.0 tell what is left. */
export async function deadlineSlack(...clients: readonly Redis[]): Promise<number> {
  const replies = await Promise.all(clients.map((client) => answers(client, [['PEXPIRETIME', '']])));
  return replies.some(([reply]) => isUnknown(reply)) ? SLACK_MS : 0;
}
