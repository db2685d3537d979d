import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Clock, every } from '../../../container';
import { asError } from '../../../errors';
import type { CacheBackend } from '../../cache';
import { RestProblem } from '../command-line';
import type { Unsent } from './unsent';

/** What is listened to. */
export interface Subscription {
  readonly kind: 'subscribe' | 'psubscribe';
  /** Channels or patterns. */
  readonly names: readonly string[];
  readonly backend: CacheBackend;
  readonly clock: Clock;
  readonly unsent: Unsent;
  /** Aborted when nobody listens any more. */
  readonly gone: AbortSignal;
}

/** A line now and then, so that nobody in between takes the connection for dead, in milliseconds. */
const PING_MS = 15_000;

/** Beyond this who listens does not keep up, and is cut off as Redis cuts such clients off, in bytes. */
const MOST_UNSENT = 32 * 2 ** 20;

/**
 * Sends messages as server-sent events until nobody listens any more: `message,<channel>,<text>` and the like.
 * @throws RestProblem when it cannot be subscribed
 */
export async function streamMessages(response: ServerResponse, subscription: Subscription): Promise<void> {
  const { kind, names, backend, clock, unsent, gone } = subscription;
  if (names.length === 0) throw new RestProblem(`name what to listen to, as /${kind}/news`);
  const events = new EventStream(response, unsent);
  const client = backend.connection('subscriber');
  client.on('message', (channel: string, text: string) => events.send('message', channel, text));
  client.on('pmessage', (pattern: string, channel: string, text: string) => {
    events.send('pmessage', pattern, channel, text);
  });
  const stopPinging = every(clock, PING_MS, () => events.ping());
  try {
    for (const name of names) events.begin(kind, name, await subscribed(client[kind](name)));
    if (!gone.aborted) await once(gone, 'abort');
  } finally {
    stopPinging();
    client.disconnect();
    if (response.headersSent) response.end();
  }
}

/** @throws RestProblem */
async function subscribed(count: Promise<unknown>): Promise<number> {
  try {
    return Number(await count);
  } catch (failure) {
    throw new RestProblem(asError(failure).message.replace(/^ERR /, ''));
  }
}

/** Server-sent events; what arrives before the first one that says that all has begun waits for it. */
class EventStream {
  #waiting: string[] | undefined = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly unsent: Unsent,
  ) {
    unsent.add(response);
  }

  /** The first of all, or another one of its kind. */
  begin(...parts: (string | number)[]): void {
    const waiting = this.#waiting ?? [];
    if (this.#waiting !== undefined) {
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' };
      this.response.writeHead(200, headers);
      this.#waiting = undefined;
    }
    this.send(...parts);
    for (const event of waiting) this.#write(event);
  }

  send(...parts: (string | number)[]): void {
    const lines = parts.join(',').split(/\r\n|\r|\n/);
    this.#write(`${lines.map((line) => `data: ${line}\n`).join('')}\n`);
  }

  /** A comment, which clients pass over. */
  ping(): void {
    if (this.#waiting === undefined) this.#write(': ping\n\n');
  }

  #write(event: string): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(event);
      return;
    }
    // What waits to be read waits outside of V8's heap.
    this.response.write(Buffer.from(event));
    if (this.response.writableLength > MOST_UNSENT) this.response.destroy();
    else this.unsent.check(this.response);
  }
}
