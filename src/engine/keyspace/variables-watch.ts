import { type Heap, PROCESS_HEAP } from './heap';

/** Beyond it V8's heap is nearly full: at 0.8 V8 may end the process. */
const CROWDED_SHARE = 0.75;
/** What pages may take. */
const PAGES_SHARE = 0.92;
/** The heap is looked at again when what is counted has grown by so much of it. */
const LOOK_SHARE = 1 / 32;
/** For so many times as long as the last collection took no other one is made. */
const QUIET_FACTOR = 5;

/**
 * What function libraries keep in variables, which nobody can count: what V8's heap holds beside what is counted, once it is nearly
 * full. Redis knows what its Lua takes.
 */
export class VariablesWatch {
  /** Bytes, with what else in the heap is not counted; 0 while it has room. */
  bytes = 0;
  /** The heap is looked at when more is used, in bytes, this included. */
  nextLook = 0;
  #quietUntil = -Infinity;

  /**
   * @param program bytes that the program took when the engine was made
   * @param now milliseconds, on a clock that never goes back
   */
  constructor(
    private readonly program: number,
    private readonly heap: Heap = PROCESS_HEAP,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks at the heap, and collects garbage if it seems nearly full. @param counted bytes that are counted */
  look(counted: number): void {
    if (this.now() < this.#quietUntil) return;
    const { old } = this.heap.use();
    this.bytes = 0;
    this.nextLook = counted + old * LOOK_SHARE;
    if (!this.#isCrowded(old)) return;
    const began = this.now();
    this.heap.collectGarbage();
    const ended = this.now();
    this.#quietUntil = ended + QUIET_FACTOR * (ended - began);
    if (!this.#isCrowded(old)) return;
    this.bytes = Math.max(0, this.heap.use().used - this.program - counted);
    this.nextLook = 0;
  }

  #isCrowded(old: number): boolean {
    const { used, pages } = this.heap.use();
    return used > old * CROWDED_SHARE || pages > old * PAGES_SHARE;
  }
}
