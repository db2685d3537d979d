import { asError } from '../../errors';
import type { CacheBackend } from '../cache';
import { type CommandLine, isBlocking } from './command-line';
import { Scripts } from './scripts';

/** The outcome of a command: its reply, or why there is none. */
export type Outcome = { readonly reply: unknown } | { readonly error: string };

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

  /** Runs commands in their order; others' may come in between. */
  async all(lines: readonly CommandLine[], signal: AbortSignal): Promise<Outcome[]> {
    if (!lines.some(isBlocking)) return Promise.all(lines.map((line) => this.one(line, signal)));
    const outcomes: Outcome[] = [];
    for (const line of lines) outcomes.push(await this.one(line, signal));
    return outcomes;
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
