import type { RedisVersion } from '../redis-version';
import type { CommandRecord } from '../command/table';
import type { Client } from './client';
import type { Memory } from '../keyspace/memory';
import { textBytes } from '../values/text-bytes';
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

/** Estimated bytes of an entry beside its texts, and of a text beside its characters. */
const ENTRY_BYTES = 200;
const TEXT_BYTES = 24;

function bytesOf({ words, address, clientName }: SlowCommand): number {
  const texts = words.reduce((sum, word) => sum + word.length + TEXT_BYTES, 0);
  return ENTRY_BYTES + texts + address.length + textBytes(clientName);
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
  /** `slowlog-max-len`; since 7.4 nothing is counted where nothing is kept. */
  maxLength = 128;
  /** The same as `slowerThan`, so that one comparison decides. */
  threshold = 10_000;

  constructor(
    private readonly memory: Pick<Memory, 'slowLogBytes'>,
    private readonly version: RedisVersion,
  ) {}

  get length(): number {
    return this.#entries.length;
  }

  setSlowerThan(microseconds: number): void {
    this.slowerThan = microseconds;
    this.#setThreshold();
  }

  setMaxLength(length: number): void {
    this.maxLength = length;
    this.#setThreshold();
  }

  #setThreshold(): void {
    const isOff = this.slowerThan < 0 || (this.maxLength === 0 && this.version >= '7.4');
    this.threshold = isOff ? Infinity : this.slowerThan;
  }

  newest(count: number): readonly SlowCommand[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
    this.memory.slowLogBytes = 0;
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
    const entry = {
      id: this.#nextId++,
      at: Math.floor(now / 1000),
      microseconds: Math.round(microseconds),
      words: shortened([name, ...redactedArguments(record, args)]),
      address: client.address.remote,
      clientName: client.name,
    };
    this.#entries.unshift(entry);
    this.memory.slowLogBytes += bytesOf(entry);
    for (const surplus of this.#entries.splice(this.maxLength)) this.memory.slowLogBytes -= bytesOf(surplus);
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
