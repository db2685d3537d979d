// Imported, not the global: fake timers of a test must hold up no frame.
import { setImmediate } from 'node:timers';
import { type Clock, every } from '../../../container';
import type { EffectFeed, Effect, JournalFigures, ReplyGate } from '../../../engine/snapshot/source';
import { TAG_BYTES } from '../encryption/cipher';
import { FRAME_BYTES, frameSize, HEADER_BYTES, sealFrame } from './frame';
import { JournalThread } from './journal-thread';

/** How often `everysec` syncs, ms. */
const SYNC_EVERY = 1_000;

/** A shorter file is never long, bytes. */
const LEAST_LONG = 64 * 1024 * 1024;

/** Every longer one is: a file is read in one piece. */
const MOST_LONG = 1024 * 1024 * 1024;

/** How a journal is kept. */
export interface JournalOptions {
  readonly effects: EffectFeed;
  readonly directory: string;
  /** Identity of the data directory. */
  readonly datasetId: string;
  /** What the frames are encrypted with; none = they are not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** `always`: no reply leaves before what it answers is on the disk; `everysec`: a sync each second. */
  readonly durability: 'everysec' | 'always';
  readonly clock: Clock;
  /** Number of the first file. */
  readonly number: number;
  /** Called once when a file can be written no more: writes are refused until `rotate` began another. */
  readonly onFailure: (reason: string) => void;
  /** Called when a file has grown so long that a snapshot should take its place. @param length bytes */
  readonly onLong: (length: number) => void;
}

/**
 * Writes what commands change, so that a crash loses nothing that was acknowledged (`always`) or a second at most
 * (`everysec`). What one turn of the event loop changed is one frame: it is there as a whole or not at all.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #gate: ReplyGate | undefined;
  #thread: JournalThread | undefined;
  #number: number;
  #turn: string[] = [];
  #time = Infinity;
  /** What the frame has selected: each begins with none. */
  #database: number | undefined;
  #sequence = 0;
  #written = 0;
  #length = HEADER_BYTES;
  #isDirty = false;
  /** The present file is long from so many bytes on. */
  #mostLength = LEAST_LONG;
  #failure: string | undefined;
  #stopSync: (() => void) | undefined;
  #stopListening: (() => void) | undefined;

  private constructor(options: JournalOptions) {
    this.#options = options;
    this.#number = options.number;
    this.#gate = options.durability === 'always' ? options.effects.gate : undefined;
  }

  /** @throws errors of the system when the first file cannot be made */
  static async start(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options);
    await journal.#open();
    journal.#stopListening = options.effects.listen((unit) => {
      journal.#take(unit);
    });
    if (options.durability === 'everysec')
      journal.#stopSync = every(options.clock, SYNC_EVERY, () => {
        if (journal.#isDirty) journal.#thread?.sync();
        journal.#isDirty = false;
      });
    return journal;
  }

  /** Number of the present file. */
  get number(): number {
    return this.#number;
  }

  get figures(): JournalFigures {
    return {
      durability: this.#options.durability,
      length: this.#length,
      pending: this.#sequence - this.#written,
      healthy: this.#failure === undefined,
    };
  }

  /** Why nothing can be written; undefined = it can. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * Begins a new file, for what changes from now on.
   * @param dataBytes what the last snapshot takes: the file may grow as long
   * @returns its number, and when it is there
   */
  rotate(dataBytes = 0): { readonly number: number; readonly begun: Promise<void> } {
    this.#publish();
    const number = ++this.#number;
    this.#mostLength = Math.min(Math.max(LEAST_LONG, dataBytes), MOST_LONG);
    const begun = this.#failure === undefined ? this.#begin() : this.#reopen();
    return { number, begun };
  }

  /** Writes and syncs what is left. */
  async close(): Promise<void> {
    this.#stopListening?.();
    this.#stopSync?.();
    this.#publish();
    await this.#thread?.close();
    this.#thread = undefined;
  }

  async #open(): Promise<void> {
    const { directory, datasetId, durability, encryptionKey } = this.#options;
    this.#thread = await JournalThread.start(
      { directory, datasetId, syncsAlways: durability === 'always', encryptionKey },
      {
        done: (sequence, length) => {
          this.#length = length;
          this.#written = sequence;
          this.#isDirty = true;
          this.#gate?.open(sequence);
          if (length >= this.#mostLength) {
            this.#mostLength = Infinity;
            this.#options.onLong(length);
          }
        },
        failed: (reason) => {
          this.#fail(reason);
        },
      },
    );
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#thread?.begin(this.#number);
    this.#length = HEADER_BYTES;
  }

  async #reopen(): Promise<void> {
    await this.#open();
    this.#failure = undefined;
  }

  #take(unit: readonly Effect[]): void {
    const kept = unit.filter(({ live }) => !live);
    if (kept.length === 0 || this.#failure !== undefined) return;
    if (this.#turn.length === 0) {
      this.#sequence = this.#gate?.close() ?? this.#sequence + 1;
      setImmediate(() => {
        this.#publish();
      });
    }
    for (const { database, line, time } of kept) {
      // The earliest: with a later one, what expires within the turn would be over before commands that still saw it.
      this.#time = Math.min(this.#time, time);
      if (database !== this.#database) this.#turn.push(command(['SELECT', String(database)]));
      this.#database = database;
      this.#turn.push(command(line));
    }
  }

  /** Hands over what the turn changed. */
  #publish(): void {
    if (this.#turn.length === 0) return;
    const text = this.#turn.join('');
    this.#turn = [];
    this.#database = undefined;
    this.#gate?.advance();
    const payload = text.length + (this.#options.encryptionKey === undefined ? 0 : TAG_BYTES);
    const frame = Buffer.from(new ArrayBuffer(frameSize(payload)));
    frame.write(text, FRAME_BYTES, 'latin1');
    sealFrame(frame, payload, this.#number, this.#time);
    this.#time = Infinity;
    this.#thread?.append(new Uint8Array(frame.buffer), this.#sequence);
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#turn = [];
    this.#database = undefined;
    this.#thread = undefined;
    this.#gate?.fail(notWritten(reason));
    this.#options.onFailure(reason);
  }
}

/** What clients are told, in Redis' words. */
export function notWritten(reason: string): string {
  return `MISCONF Errors writing to the AOF file: ${reason}`;
}

function command(line: readonly string[]): string {
  let text = `*${String(line.length)}\r\n`;
  for (const word of line) text += `$${String(word.length)}\r\n${word}\r\n`;
  return text;
}
