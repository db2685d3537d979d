import type { RdbWriter } from '../../rdb/rdb-primitives';
import { range, type Reading } from './segmentation';

/** What is to be read of a value. */
interface Taken {
  readonly changed: readonly number[];
  readonly removed: readonly number[];
  /** Makes it all count as changed again. */
  giveBack(): void;
}

/**
 * Knows which segments of a value changed, where the number of a segment follows from the places of what is in it: the
 * first ones are segment 0, and so on.
 */
export class PlacedSegments {
  readonly #changed = new Set<number>();

  /** @param saved how many are kept already */
  constructor(private saved = 0) {}

  change(number: number): void {
    this.#changed.add(number);
  }

  /** What a reading has to read, which counts as unchanged from now on. @param count how many segments the value has */
  take(count: number, everything: boolean): Taken {
    const changed = everything ? range(0, count) : [...this.#changed].filter((number) => number < count);
    const removed = everything ? [] : range(count, this.saved);
    const saved = Math.max(count, this.saved);
    this.#changed.clear();
    this.saved = count;
    return {
      changed,
      removed,
      giveBack: () => {
        for (const number of changed) this.#changed.add(number);
        this.saved = Math.max(this.saved, saved);
      },
    };
  }
}

/** Reads segments one by one; `Copy` is what is kept of them when they change before their turn. */
export abstract class PlacedReading<Copy> implements Reading {
  protected readonly kept = new Map<number, Copy>();
  /** Segments whose turn has not come. */
  protected readonly waiting: Set<number>;
  readonly #order: Iterator<number>;
  #ended = false;

  constructor(
    private readonly taken: Taken,
    private readonly onEnd: () => void,
  ) {
    this.waiting = new Set(taken.changed);
    this.#order = taken.changed.values();
  }

  get removed(): readonly number[] {
    return this.taken.removed;
  }

  abstract head(writer: RdbWriter): void;

  /** Appends a segment as it was when the reading began. */
  protected abstract write(writer: RdbWriter, number: number): void;

  next(writer: RdbWriter): number | undefined {
    const { value: number } = this.#order.next() as IteratorResult<number, undefined>;
    if (number === undefined || this.#ended) {
      this.#end();
      return undefined;
    }
    this.write(writer, number);
    this.waiting.delete(number);
    return number;
  }

  undo(): void {
    this.taken.giveBack();
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.kept.clear();
    this.onEnd();
  }
}
