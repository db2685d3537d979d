import { messageOf } from '../system-error';
import { diskTime } from './disk-time';
import { type FileLayer, systemFiles } from './file-layer';
import type { OpenSink } from './journal';
import { type HandedFile, JournalFile, type JournalPlace } from './journal-file';
import {
  type JournalSink,
  type JournalSinkEvents,
  JournalThread,
  type JournalThreadEvents,
  type WrittenFrames,
} from './journal-thread';
import type { JournalThreadData } from './protocol';

/** Syncs that take no longer, on average, are quicker than the way to the thread and back, ms. */
const QUICK_MS = 0.15;

/** Of the last so many. */
const AVERAGED = 16;

/** One that takes longer holds up everybody in this process, ms: the thread does the next ones, ... */
const SLOW_MS = 1;

/** ... so many at least, and twice as many whenever it came sooner than that. */
const LEAST_ELSEWHERE = 64;
const MOST_ELSEWHERE = 16_384;

/** A thread that lends the file it writes. */
export type LendingSink = JournalSink & Pick<JournalThread, 'lend' | 'takeBack'>;

/** What it works with. */
export interface QuickDiskParts {
  readonly files: FileLayer;
  readonly openThread: (data: JournalThreadData, events: JournalThreadEvents) => LendingSink;
  /** Milliseconds. */
  readonly time: () => number;
}

const SYSTEM: QuickDiskParts = {
  files: systemFiles,
  openThread: (data, events) => new JournalThread(data, events),
  time: diskTime,
};

/**
 * Writes a journal: by a thread, so that this one never waits for the disk, or, where the disk is quicker than the way to the thread
 * and back, here. That is so under `always` alone, as nobody waits for a sync otherwise. As Redis does it, with the difference
 * that a sync which takes long is the last one done here for a while. Encrypted journals stay with the thread: their sealing, too,
 * takes long.
 */
export class QuickDisk implements JournalSink {
  readonly #thread: LendingSink;
  /** While it is written here. */
  #file: JournalFile | undefined;
  /** Whether the thread was asked for it: what is to be done meanwhile waits. */
  #asked = false;
  #waiting: (() => void)[] = [];
  #syncsAlways: boolean;
  #number = 0;
  #sequence = 0;
  /** What the thread's syncs take, ms. */
  #average = QUICK_MS;
  /** Its syncs since it has the file, and how many it does before it is asked for it. */
  #elsewhere = 0;
  #leastElsewhere = LEAST_ELSEWHERE;
  /** Whether its next sync brings zeros to the disk, too: that says nothing of others. */
  #isHeavy = false;
  /** Syncs done here since the file was lent. */
  #here = 0;
  #failed: string | undefined;

  constructor(
    private readonly data: JournalThreadData,
    private readonly events: JournalSinkEvents,
    private readonly parts: QuickDiskParts = SYSTEM,
  ) {
    this.#syncsAlways = data.syncsAlways;
    this.#thread = parts.openThread(data, {
      done: (frames) => {
        events.done(frames);
        this.#watch(frames);
      },
      synced: (sequence) => {
        events.synced(sequence);
      },
      failed: (reason) => {
        this.#fail(reason);
      },
      lent: (file) => {
        this.#lent(file);
      },
    });
  }

  begin(place: JournalPlace): Promise<void> {
    return this.#later(() => {
      this.#giveBack();
      this.#number = place.number;
      return this.#thread.begin(place);
    });
  }

  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#soon(() => {
      if (this.#failed !== undefined) return;
      this.#sequence = sequence;
      if (this.#file?.hasPlaceFor(frame.length) === true) this.#write(this.#file, frame);
      else {
        // To make place takes as long as many syncs, and so does the next one.
        if (this.#file !== undefined) this.#isHeavy = true;
        this.#giveBack();
        this.#thread.append(frame, sequence);
      }
    });
  }

  policy(syncsAlways: boolean): void {
    this.#soon(() => {
      this.#giveBack();
      this.#syncsAlways = syncsAlways;
      this.#thread.policy(syncsAlways);
    });
  }

  sync(): void {
    this.#soon(() => {
      this.#giveBack();
      this.#thread.sync();
    });
  }

  async close(): Promise<void> {
    if (this.#failed !== undefined) return;
    await this.#later(() => {
      this.#giveBack();
      this.#syncsAlways = false;
      return this.#thread.close();
    });
  }

  /** Does it now, or once the thread has lent the file. */
  #soon(work: () => void): void {
    if (this.#asked) this.#waiting.push(work);
    else work();
  }

  #later(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#soon(() => {
        if (this.#failed !== undefined) reject(new Error(this.#failed));
        else work().then(resolve, reject);
      });
    });
  }

  /** Asks for the file when the disk has been quick for some time. */
  #watch({ synced, syncMs = Infinity }: WrittenFrames): void {
    if (!this.#syncsAlways || this.#asked || this.#file !== undefined || this.data.encryptionKey !== undefined) return;
    if (!synced) return;
    if (this.#isHeavy) {
      this.#isHeavy = false;
      this.#elsewhere = this.#leastElsewhere;
      return;
    }
    this.#average += (syncMs - this.#average) / AVERAGED;
    this.#elsewhere += 1;
    if (this.#elsewhere < this.#leastElsewhere || this.#average > QUICK_MS) return;
    this.#asked = true;
    this.#thread.lend();
  }

  #lent(file: HandedFile): void {
    const { datasetId, ahead } = this.data;
    this.#file = JournalFile.resume(this.parts.files, { number: this.#number, datasetId }, file, ahead);
    this.#goOn();
  }

  /** What waited for an answer of the thread is done. */
  #goOn(): void {
    this.#asked = false;
    for (const work of this.#waiting.splice(0)) work();
  }

  #write(file: JournalFile, frame: Uint8Array<ArrayBuffer>): void {
    const begun = this.parts.time();
    try {
      file.append(Buffer.from(frame.buffer));
      file.sync();
    } catch (failure) {
      this.#fail(messageOf(failure));
      return;
    }
    const { length } = file;
    const sequence = this.#sequence;
    this.#here += 1;
    if (this.parts.time() - begun > SLOW_MS) {
      const isRare = this.#here >= LEAST_ELSEWHERE;
      this.#leastElsewhere = isRare ? LEAST_ELSEWHERE : Math.min(this.#leastElsewhere * 2, MOST_ELSEWHERE);
      this.#giveBack();
    }
    // A command may be running, CONFIG SET for one: what was synced leaves after it.
    queueMicrotask(() => {
      this.events.done({ sequence, length, synced: true });
    });
  }

  #giveBack(): void {
    if (this.#file === undefined || this.#failed !== undefined) return;
    const file = this.#file.handOver();
    this.#file = undefined;
    this.#elsewhere = 0;
    this.#here = 0;
    this.#thread.takeBack(file, this.#sequence);
  }

  /** Nothing more is written. A file that failed here ends its thread; one that was lent by a thread that failed is closed. */
  #fail(reason: string): void {
    if (this.#failed !== undefined) return;
    this.#failed = reason;
    this.#file?.abandon();
    if (this.#file !== undefined) this.#thread.close().catch(() => undefined); // it has failed already
    this.#file = undefined;
    this.#goOn();
    // After the command that may be running, as what was synced.
    queueMicrotask(() => {
      this.events.failed(reason);
    });
  }
}

/** The system's files, by a thread where the disk takes time. */
export const openQuickDisk: OpenSink = (data, events) => new QuickDisk(data, events);
