import { ErrorReply } from '../protocol/reply';
import { type Heap, PROCESS_HEAP } from './heap';

/** Beyond it V8 ends a process when collecting garbage takes most of the time, as it does on a busy machine. */
const FULL_SHARE = 0.8;
/** What pages may take. */
const PAGES_SHARE = 0.92;
/** The heap is looked at again after a part of the room there was, or at the latest after a part of the heap. */
const GRANTED_SHARE = 0.5;
const MOST_GRANTED_SHARE = 1 / 16;

/** Of the heap, what has to be left when garbage was collected. */
const LEAST_SHARE = 0.03;
/** Of the heap, what each command may make in any case, however full it is of what others keep there: most stay below it, and cost no look. */
const FREE_SHARE = 0.01;

/** For so many times as long as the last collection took, what did not fit after it is refused without another one. */
const QUIET_FACTOR = 5;

/** What a command is told that does not fit. */
export const NO_ROOM = new ErrorReply('OOM what the command makes does not fit into the memory of this process.');

/**
 * Room in V8's heap for what one command makes: a long reply, a copy of a key. Whether there is room for more is asked before a
 * command begins, but one may ask for all there is a second time, and V8 ends a process whose heap is full.
 */
export class HeapRoom {
  /** Bytes that each command may make without a look, and that this one may still. */
  readonly #freeBytes: number;
  #free = 0;
  /** Bytes that may be made before the next look at the heap. */
  #granted = 0;

  /** What the last collection left room for, and until when that is believed, on the clock of `now`. */
  #left = Infinity;
  #leftUntil = -Infinity;

  /** @param now milliseconds, on a clock that never goes back */
  constructor(
    private readonly heap: Heap = PROCESS_HEAP,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#freeBytes = heap.use().old * FREE_SHARE;
  }

  /** A client's command begins: those of its transaction or script are parts of it. */
  begin(): void {
    this.#free = this.#freeBytes;
  }

  /** Sees to it that so many bytes can be made, by collecting garbage if need be. @throws OOM when they cannot */
  reserve(bytes: number): void {
    if ((this.#free -= bytes) >= 0) return;
    if ((this.#granted -= bytes) < 0) this.#look(bytes);
  }

  #look(bytes: number): void {
    this.#granted = 0;
    const { old } = this.heap.use();
    let room = this.#room(old) - bytes;
    if (room < 0) {
      if (bytes > this.#left && this.now() < this.#leftUntil) throw NO_ROOM;
      // Much of it may be garbage that V8 has not found time to collect.
      this.#collect(old);
      room = this.#left - bytes;
      if (room < 0) throw NO_ROOM;
    }
    this.#granted = Math.min(room * GRANTED_SHARE, old * MOST_GRANTED_SHARE);
  }

  #collect(old: number): void {
    const began = this.now();
    this.heap.collectGarbage();
    const ended = this.now();
    // With little left, most of the time from now on would go into collecting garbage.
    this.#left = this.#room(old) - old * LEAST_SHARE;
    this.#leftUntil = ended + QUIET_FACTOR * (ended - began);
  }

  #room(old: number): number {
    const { used, pages } = this.heap.use();
    return Math.min(old * FULL_SHARE - used, old * PAGES_SHARE - pages);
  }
}
