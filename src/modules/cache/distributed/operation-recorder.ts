import type { Command, Redis } from 'ioredis';
import { DURATION_BOUNDS, type Durations, type OperationStatistics } from '../backend-statistics';

/** What settles a command; ioredis' types do not show that these can be replaced. */
interface Settling {
  readonly name: string;
  resolve: ((value: unknown) => void) & { [RECORDED]?: true };
  reject: (error: Error) => void;
}

/** Marks what was replaced already: ioredis sends a command again after a redirection or a lost connection. */
const RECORDED = Symbol('recorded');

/**
 * Counts the commands of ioredis clients from where they are sent to their reply. It replaces how a command is settled
 * instead of adding a handler to its promise: a rejection nobody handles must stay one.
 */
export class OperationRecorder {
  readonly #operations = new Map<string, Operation>();

  watch(client: Redis): void {
    const send: (...args: never[]) => unknown = client.sendCommand.bind(client);
    const record = this.#record.bind(this);
    client.sendCommand = (command: Command, ...rest: unknown[]): unknown => {
      record(command); // see Settling
      return send(...([command, ...rest] as never[])); // what it was called with; that of a Cluster takes other things than Redis' own
    };
  }

  operations(): OperationStatistics[] {
    return [...this.#operations.values()];
  }

  #record(command: Settling): void {
    if (command.resolve[RECORDED] === true) return;
    const { resolve, reject } = command;
    const operation = this.#operationOf(command.name);
    const begin = performance.now();
    command.resolve = (value) => {
      operation.add(performance.now() - begin, true);
      resolve(value);
    };
    command.resolve[RECORDED] = true;
    command.reject = (error) => {
      operation.add(performance.now() - begin, false);
      reject(error);
    };
  }

  #operationOf(name: string): Operation {
    let operation = this.#operations.get(name);
    if (operation === undefined) {
      const lower = name.toLowerCase();
      operation = this.#operations.get(lower) ?? new Operation(lower);
      this.#operations.set(lower, operation);
    }
    return operation;
  }
}

class Operation implements OperationStatistics {
  succeeded = 0;
  failed = 0;
  #milliseconds = 0;
  /** How many took longer than the bound before and no longer than this one. */
  readonly #counts = new Float64Array(DURATION_BOUNDS.length);

  constructor(readonly name: string) {}

  add(milliseconds: number, success: boolean): void {
    if (success) this.succeeded += 1;
    else this.failed += 1;
    this.#milliseconds += milliseconds;
    const bucket = DURATION_BOUNDS.findIndex((bound) => milliseconds <= bound * 1000);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get durations(): Durations {
    return {
      count: this.succeeded + this.failed,
      sum: this.#milliseconds / 1000,
      atMost: (seconds) =>
        DURATION_BOUNDS.reduce((sum, bound, index) => sum + (bound <= seconds ? (this.#counts[index] ?? 0) : 0), 0),
    };
  }
}
