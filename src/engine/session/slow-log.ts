import type { CommandRecord } from '../command/table';
import type { Client } from './client';
import { redactedArguments } from './redact';

/** One slow command as SLOWLOG GET shows it. */
export interface SlowCommand {
  readonly id: number;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly microseconds: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

const MAX_WORDS = 32;
const MAX_LENGTH = 128;

/** The commands that took longest lately. */
export class SlowLog {
  /** Newest first. */
  #entries: SlowCommand[] = [];
  #nextId = 0;
  /** `slowlog-log-slower-than`, microseconds; negative = nothing is kept. */
  slowerThan = 10_000;
  maxLength = 128;
  /** The same as `slowerThan`, so that one comparison decides. */
  threshold = 10_000;

  get length(): number {
    return this.#entries.length;
  }

  setSlowerThan(microseconds: number): void {
    this.slowerThan = microseconds;
    this.threshold = microseconds < 0 ? Infinity : microseconds;
  }

  setMaxLength(length: number): void {
    this.maxLength = length;
  }

  newest(count: number): readonly SlowCommand[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }

  /** @param now milliseconds since the epoch */
  add(
    client: Client,
    record: CommandRecord,
    name: string,
    args: readonly string[],
    microseconds: number,
    now: number,
  ): void {
    this.#entries.unshift({
      id: this.#nextId++,
      at: Math.floor(now / 1000),
      microseconds: Math.round(microseconds),
      words: shortened([name, ...redactedArguments(record, args)]),
      address: client.address.remote,
      clientName: client.name,
    });
    if (this.#entries.length > this.maxLength) this.#entries.length = this.maxLength;
  }
}

/** A slice would keep the whole word alive. */
function copyOf(slice: string): string {
  return Buffer.from(slice, 'latin1').latin1Slice();
}

function shortened(words: readonly string[]): string[] {
  const kept = words.length > MAX_WORDS ? words.slice(0, MAX_WORDS - 1) : words;
  const short = kept.map((word) =>
    word.length > MAX_LENGTH
      ? `${copyOf(word.slice(0, MAX_LENGTH))}... (${String(word.length - MAX_LENGTH)} more bytes)`
      : word,
  );
  if (kept.length < words.length) short.push(`... (${String(words.length - kept.length)} more arguments)`);
  return short;
}
