import { asError } from '../../errors';
import type { CacheBackend } from '../cache';
import { type CommandLine, isBlocking } from './command-line';
import { Scripts } from './scripts';

/** The outcome of a command: its reply, or why there is none. */
export type Outcome = { readonly reply: unknown } | { readonly error: string };

/** Commands of a pipeline that run at once: a few, until their replies are known to be short. */
const FIRST_AT_ONCE = 16;
const MOST_AT_ONCE = 1024;
const SHORT_REPLY = 1024;

function isShort(outcome: Outcome): boolean {
  return 'error' in outcome || !(outcome.reply instanceof Object) || sizeOf(outcome.reply) <= SHORT_REPLY;
}

function sizeOf(reply: object): number {
  return Buffer.isBuffer(reply) ? reply.length : Array.isArray(reply) ? reply.length * 100 : 0;
}

/** Runs what clients ask for over HTTP. */
export class CommandRunner {
  readonly #scripts = new Scripts();

  constructor(private readonly backend: CacheBackend) {}

  /** Runs a command. One that may wait has a connection of its own, which ends with `signal`. */
  async one(line: CommandLine, signal: AbortSignal): Promise<Outcome> {
    const { backend } = this;
    if (!isBlocking(line)) return this.#outcome(backend.client, line);
    const client = backend.connection('blocking');
    const end = (): void => client.disconnect();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await this.#outcome(client, line);
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  /** Runs commands in their order, the next ones when these were dealt with; others' may come in between. */
  async *all(lines: readonly CommandLine[], signal: AbortSignal): AsyncGenerator<readonly Outcome[], void, undefined> {
    const oneByOne = lines.some(isBlocking);
    let atOnce = oneByOne ? 1 : FIRST_AT_ONCE;
    for (let begin = 0; begin < lines.length;) {
      const some = lines.slice(begin, begin + atOnce);
      begin += some.length;
      const outcomes = await Promise.all(some.map((line) => this.one(line, signal)));
      // Short replies: more at once take fewer round trips.
      if (!oneByOne && outcomes.every(isShort)) atOnce = Math.min(atOnce * 4, MOST_AT_ONCE);
      yield outcomes;
    }
  }

  /** Runs commands in one transaction. @returns their outcomes, or why none was run */
  async transaction(lines: readonly CommandLine[]): Promise<readonly Outcome[] | { readonly error: string }> {
    const transaction = this.backend.client.multi();
    for (const line of lines) {
      const [name, ...args] = this.#scripts.translated(line);
      transaction.callBuffer(name.toUpperCase(), ...args);
    }
    try {
      const results = (await transaction.exec()) ?? [];
      return results.map(([error, reply]) => (error === null ? { reply } : { error: error.message }));
    } catch (failure) {
      return { error: asError(failure).message };
    }
  }

  async #outcome(client: CacheBackend['client'], line: CommandLine): Promise<Outcome> {
    const [name, ...args] = this.#scripts.translated(line);
    try {
      // In capitals, because ioredis gives the replies of some names another form.
      return { reply: await client.callBuffer(name.toUpperCase(), args) };
    } catch (failure) {
      return { error: asError(failure).message };
    }
  }
}
