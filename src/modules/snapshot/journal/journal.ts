// Imported, not the global: fake timers of a test must hold up no frame.
import { setImmediate } from 'node:timers';
import { type Clock, every } from '../../../container';
import type { Effect, EffectFeed, SyncPolicy } from '../../../engine/snapshot/source';
import { TAG_BYTES } from '../encryption/cipher';
import { HEADER_BYTES, sealFrame } from './frame';
import { FrameText } from './frame-text';
import type { JournalPlace } from './journal-file';
import type { JournalSink, JournalSinkEvents, WrittenFrames } from './journal-thread';
import type { JournalThreadData } from './protocol';

/** How often `everysec` syncs, ms. */
const SYNC_EVERY = 1_000;

/** A sync of `everysec` that takes so long delays who writes, ms. Redis 7.0: flushAppendOnlyFile. */
const SLOW_SYNC = 2_000;

/** A shorter file is never long, bytes. */
const LEAST_LONG = 64 * 1024 * 1024;

/** Every longer one is: a file is read in one piece. */
const MOST_LONG = 1024 * 1024 * 1024;

/** Begins to write, in the background. */
export type OpenSink = (data: JournalThreadData, events: JournalSinkEvents) => JournalSink;

/** How a journal is kept. */
export interface JournalOptions {
  readonly effects: EffectFeed;
  readonly directory: string;
  /** Identity of the data directory. */
  readonly datasetId: string;
  /** What the frames are encrypted with; none = they are not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** `always`: no reply leaves before what it answers is on the disk; `everysec`: a sync each second. */
  readonly policy: SyncPolicy;
  readonly clock: Clock;
  /** The first file. */
  readonly place: JournalPlace;
  /** What the last snapshot takes, bytes: the file may grow as long. */
  readonly dataBytes: number | undefined;
  /** Called once, when the journal can be written no more. It is over then. */
  readonly onFailure: (reason: string) => void;
  /** Called when a file has grown so long that a snapshot should take its place. @param length bytes */
  readonly onLong: (length: number) => void;
  /** Called when writers begin to wait for a sync of `everysec`. @param ms how long it has taken so far */
  readonly onSlow: (ms: number) => void;
  /** Who writes. */
  readonly openSink: OpenSink;
}

/** A frame whose turn's replies are held until it is written, or synced under `always`. */
interface HoldingFrame {
  readonly sequence: number;
  /** As the gate counts them. */
  readonly gated: number;
}

/**
 * Writes what commands change, so that a crash loses nothing that was acknowledged (`always`) or a second at most
 * (`everysec`). What one turn of the event loop changed is one frame: it is there as a whole or not at all.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #sink: JournalSink;
  /** When the first file is there. @throws errors of the system */
  readonly begun: Promise<void>;
  readonly #endings: (() => void)[];
  #policy: SyncPolicy;
  #number: number;
  readonly #turn = new FrameText();
  #time = Infinity;
  /** What the frame has selected: each begins with none. */
  #database: number | undefined;
  /** Whether replies of this turn are held. */
  #turnHolds = false;
  readonly #holding: HoldingFrame[] = [];
  #sequence = 0;
  #written = 0;
  /** The last frame that is on the disk. */
  #synced = 0;
  /** Who waits for a frame to be there. */
  #waiting: { readonly sequence: number; readonly resolve: (isThere: boolean) => void }[] = [];
  #length = HEADER_BYTES;
  #isDirty = false;
  /** When the sync under way began, milliseconds since the epoch. */
  #syncingSince: number | undefined;
  #saidSlow = false;
  /** The present file is long from so many bytes on. */
  #mostLength: number;
  #isOver = false;

  /** Begins with what changes from now on. */
  constructor(options: JournalOptions) {
    const { effects, directory, datasetId, encryptionKey, policy, clock, place, dataBytes, openSink } = options;
    this.#options = options;
    this.#policy = policy;
    this.#number = place.number;
    this.#mostLength = mostLength(dataBytes);
    const data = { directory, datasetId, encryptionKey, syncsAlways: policy === 'always' };
    this.#sink = openSink(data, {
      done: (frames) => {
        this.#done(frames);
      },
      synced: (sequence) => {
        this.#syncingSince = undefined;
        this.#saidSlow = false;
        this.#onDisk(sequence);
      },
      failed: (reason) => {
        this.#fail(reason);
      },
    });
    this.begun = this.#sink.begin(place);
    this.#endings = [
      effects.listen((unit) => {
        this.#take(unit);
      }),
      every(clock, SYNC_EVERY, () => {
        this.#syncIfDue();
      }),
    ];
  }

  /** Number of the present file. */
  get number(): number {
    return this.#number;
  }

  /** Bytes of the present file. */
  get length(): number {
    return this.#length;
  }

  /** Frames that are not written yet. */
  get pending(): number {
    return this.#sequence - this.#written;
  }

  /** Whether all it was given is on the disk. Under `always` what tells of it leaves only then. */
  get synced(): boolean {
    return this.#policy === 'always' || this.#synced === this.#sequence;
  }

  /** Waits until all it was given up to now is on the disk. @returns false when it fails before */
  whenSynced(): Promise<boolean> {
    const sequence = this.#sequence;
    if (this.#isOver || this.#synced >= sequence) return Promise.resolve(!this.#isOver);
    return new Promise((resolve) => this.#waiting.push({ sequence, resolve }));
  }

  /** Whether a sync of `everysec` is under way. */
  get syncing(): boolean {
    return this.#syncingSince !== undefined;
  }

  /** What is being answered in this turn still goes by the policy of before. */
  setPolicy(policy: SyncPolicy): void {
    this.#publish();
    this.#policy = policy;
    this.#sink.policy(policy === 'always');
  }

  /**
   * Begins a new file, for what changes from now on.
   * @param dataBytes what the last snapshot takes
   * @returns when it is there
   */
  async rotate(place: JournalPlace, dataBytes: number | undefined): Promise<void> {
    this.#publish();
    this.#number = place.number;
    this.#mostLength = mostLength(dataBytes);
    await this.#sink.begin(place);
    this.#length = HEADER_BYTES;
  }

  /** Takes nothing more, writes and syncs what is left. */
  async close(): Promise<void> {
    this.#end();
    this.#publish();
    await this.#sink.close();
    this.#onDisk(this.#sequence);
  }

  #end(): void {
    for (const end of this.#endings) end();
  }

  #done({ sequence, length, synced }: WrittenFrames): void {
    this.#length = length;
    this.#written = sequence;
    this.#isDirty = !synced;
    if (synced) this.#onDisk(sequence);
    let gated: number | undefined;
    while ((this.#holding[0]?.sequence ?? Infinity) <= sequence) gated = this.#holding.shift()?.gated;
    if (gated !== undefined) this.#options.effects.gate.open(gated);
    if (length < this.#mostLength) return;
    this.#mostLength = Infinity;
    this.#options.onLong(length);
  }

  #onDisk(sequence: number): void {
    this.#synced = Math.max(this.#synced, sequence);
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = waiting.filter((each) => each.sequence > this.#synced);
    for (const each of waiting) if (each.sequence <= this.#synced) each.resolve(true);
  }

  /** What was written before `always` was set is synced, too. */
  #syncIfDue(): void {
    if (this.#policy === 'no' || !this.#isDirty || this.syncing) return;
    this.#isDirty = false;
    this.#syncingSince = this.#options.clock.now();
    this.#sink.sync();
  }

  #take(unit: readonly Effect[]): void {
    for (const effect of unit) if (!effect.live) this.#add(effect);
  }

  #add({ database, line, time }: Effect): void {
    if (this.#turn.isEmpty) {
      this.#sequence += 1;
      setImmediate(this.#endTurn);
    }
    if (!this.#turnHolds && this.#mustHold()) this.#hold();
    // The earliest: with a later one, what expires within the turn would be over before commands that still saw it.
    this.#time = Math.min(this.#time, time);
    if (database !== this.#database) this.#turn.add(['SELECT', String(database)]);
    this.#database = database;
    this.#turn.add(line);
  }

  /** Whether what this turn answers waits for its frame. Redis, too, writes on without a sync for two seconds at most. */
  #mustHold(): boolean {
    if (this.#policy !== 'everysec') return this.#policy === 'always';
    if (this.#syncingSince === undefined) return false;
    const taken = this.#options.clock.now() - this.#syncingSince;
    if (taken < SLOW_SYNC) return false;
    if (!this.#saidSlow) this.#options.onSlow(taken);
    this.#saidSlow = true;
    return true;
  }

  #hold(): void {
    this.#turnHolds = true;
    this.#holding.push({ sequence: this.#sequence, gated: this.#options.effects.gate.close() });
  }

  readonly #endTurn = (): void => {
    this.#publish();
  };

  /** Hands over what the turn changed. */
  #publish(): void {
    if (this.#turn.isEmpty) return;
    this.#database = undefined;
    if (this.#turnHolds) this.#options.effects.gate.advance();
    this.#turnHolds = false;
    const { frame, payload } = this.#turn.take(this.#options.encryptionKey === undefined ? 0 : TAG_BYTES);
    sealFrame(frame, payload, this.#number, this.#time);
    this.#time = Infinity;
    this.#sink.append(new Uint8Array(frame.buffer), this.#sequence);
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end();
    this.#turn.clear();
    this.#holding.length = 0;
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
    this.#options.effects.gate.fail(notWritten(reason));
    this.#options.onFailure(reason);
  }
}

/** What clients are told, in Redis' words. */
export function notWritten(reason: string): string {
  return `MISCONF Errors writing to the AOF file: ${reason}`;
}

function mostLength(dataBytes = 0): number {
  return Math.min(Math.max(LEAST_LONG, dataBytes), MOST_LONG);
}
