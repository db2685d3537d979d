import { asError } from '../../errors';
import { type CacheBackend, type EngineAnswer, type OwnReply, replyInProcess, transactionInProcess } from '../cache';
import { type CommandLine, isBlocking, refusalOf } from './command-line';
import { Dialect } from './dialect';
import type { Translated } from './scripts';

/** The outcome of a command: its reply, as ioredis gives it or as an engine of its own has it, or why there is none. */
export type Outcome = { readonly reply: unknown } | { readonly own: OwnReply } | { readonly error: string };

/** Commands of a pipeline that run at once: a few, until their replies are known to be short. */
const FIRST_AT_ONCE = 16;
const MOST_AT_ONCE = 1024;
const SHORT_REPLY = 1024;

function isShort(outcome: Outcome): boolean {
  if ('error' in outcome) return true;
  return ('own' in outcome ? outcome.own.size : sizeOf(outcome.reply)) <= SHORT_REPLY;
}

function sizeOf(reply: unknown): number {
  return Buffer.isBuffer(reply) ? reply.length : Array.isArray(reply) ? reply.length * 100 : 0;
}

/** What an engine answered to a command. */
function outcomeOf(own: OwnReply): Outcome {
  return own.error === undefined ? { own } : { error: own.error };
}

/** What is answered to who sent the command in Upstash's words. */
function answered(outcome: Outcome, translated: Translated | undefined): Outcome {
  return 'error' in outcome || translated?.answer === undefined ? outcome : { reply: translated.answer };
}

/** What EXEC answered. */
function ownOutcomes(answer: EngineAnswer): readonly Outcome[] | { readonly error: string } {
  if ('value' in answer) {
    const values = Array.isArray(answer.value) ? (answer.value as readonly unknown[]) : [];
    return values.map((value) => (value instanceof Error ? { error: value.message } : { reply: value }));
  }
  const { error } = answer.reply;
  return error === undefined ? (answer.reply.items() ?? []).map(outcomeOf) : { error };
}

/** Runs what clients ask for over HTTP. */
export class CommandRunner {
  readonly #dialect = new Dialect();

  constructor(private readonly backend: CacheBackend) {}

  /** Runs a command. One that may wait has a connection of its own, which ends with `signal`. */
  async one(line: CommandLine, signal: AbortSignal): Promise<Outcome> {
    const { backend } = this;
    const error = refusalOf(line);
    if (error !== undefined) return { error };
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
    const [error] = lines.flatMap((line) => refusalOf(line) ?? []);
    if (error !== undefined) return { error };
    const translated = lines.map((line) => this.#dialect.translated(line));
    const outcomes = await this.#transaction(translated.map(({ line }) => line));
    return 'error' in outcomes ? outcomes : outcomes.map((outcome, i) => answered(outcome, translated[i]));
  }

  async #transaction(lines: readonly CommandLine[]): Promise<readonly Outcome[] | { readonly error: string }> {
    try {
      const own = transactionInProcess(this.backend.client, lines);
      if (own !== undefined) return ownOutcomes(await own);
      const transaction = this.backend.client.multi();
      for (const [name, ...args] of lines) transaction.callBuffer(name.toUpperCase(), ...args);
      const results = (await transaction.exec()) ?? [];
      return results.map(([error, reply]) => (error === null ? { reply } : { error: error.message }));
    } catch (failure) {
      return { error: asError(failure).message };
    }
  }

  async #outcome(client: CacheBackend['client'], line: CommandLine): Promise<Outcome> {
    const translated = this.#dialect.translated(line);
    return answered(await this.#ran(client, translated.line), translated);
  }

  async #ran(client: CacheBackend['client'], line: CommandLine): Promise<Outcome> {
    const [name, ...args] = line;
    try {
      const own = replyInProcess(client, line);
      if (own !== undefined) {
        const answer = await own;
        return 'reply' in answer ? outcomeOf(answer.reply) : { reply: answer.value };
      }
      // In capitals, because ioredis gives the replies of some names another form.
      return { reply: await client.callBuffer(name.toUpperCase(), args) };
    } catch (failure) {
      return { error: asError(failure).message };
    }
  }
}
