import { oldGeneration } from '../../../engine/old-generation';
import { RestProblem } from '../command-line';

/** Of V8's heap for what lives, what requests may take together. */
const SHARE = 0.25;

/** What every request takes, bytes. */
const LEAST_BYTES = 65_536;

/** A request that is being worked on. */
export class Stay {
  #bytes: number;

  constructor(
    private readonly admission: Admission,
    bytes: number,
  ) {
    this.#bytes = bytes;
  }

  /** It takes so many bytes more. */
  grow(bytes: number): void {
    this.#bytes += bytes;
    this.admission.take(bytes);
  }

  /** Waits until there is room for more. The oldest request never waits: once it has ended there is more room for the others. */
  goOn(): Promise<void> {
    return this.admission.room(this);
  }

  /** It has ended, or only waits. What it takes after that it takes until it leaves once more. */
  leave(): void {
    this.admission.end(this, this.#bytes);
    this.#bytes = 0;
  }
}

/** Somebody who waits. */
interface Waiting {
  readonly may: () => boolean;
  readonly begin: () => void;
}

/**
 * Lets in so many requests at once as there is memory for, as V8 ends a process whose heap is full. The others wait, in the order they
 * came.
 */
export class Admission {
  /** The oldest first. */
  readonly #inside = new Set<Stay>();
  #outside: Waiting[] = [];
  #pausing: Waiting[] = [];
  #taken = 0;

  /** @param capacity bytes */
  constructor(private readonly capacity = oldGeneration() * SHARE) {}

  /**
   * @param bytes that the request takes, at least
   * @throws RestProblem when it takes more than there will ever be
   */
  admit(bytes: number): Promise<Stay> {
    if (bytes > this.capacity) {
      const message = 'the request takes more memory than there is for it: send fewer commands at once';
      return Promise.reject(new RestProblem(message, 413));
    }
    const taken = Math.max(bytes, LEAST_BYTES);
    const stay = new Stay(this, taken);
    return new Promise((resolve) => {
      this.#outside.push({
        may: () => this.#inside.size === 0 || this.#taken + taken <= this.capacity,
        begin: () => {
          this.#taken += taken;
          this.#inside.add(stay);
          resolve(stay);
        },
      });
      this.#wake();
    });
  }

  /** See `Stay`. */
  take(bytes: number): void {
    this.#taken += bytes;
  }

  /** See `Stay`. */
  room(stay: Stay): Promise<void> {
    const may = (): boolean => {
      const [oldest] = this.#inside;
      return this.#taken <= this.capacity || oldest === stay || !this.#inside.has(stay);
    };
    if (may()) return Promise.resolve();
    return new Promise((resolve) => this.#pausing.push({ may, begin: resolve }));
  }

  /** See `Stay`. */
  end(stay: Stay, bytes: number): void {
    this.#inside.delete(stay);
    this.#taken -= bytes;
    this.#wake();
  }

  /** Those that began go on before others begin. */
  #wake(): void {
    const pausing = this.#pausing;
    this.#pausing = pausing.filter(({ may, begin }) => {
      if (!may()) return true;
      begin();
      return false;
    });
    for (let [next] = this.#outside; next?.may() === true; [next] = this.#outside) {
      this.#outside.shift();
      next.begin();
    }
  }
}
