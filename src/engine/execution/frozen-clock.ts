import type { Clock, Microseconds } from '../clock';

/** What time it is for a command: the same for as long as it runs, or a transaction or a script that it is part of. */
export class FrozenClock {
  #now = 0;
  #microseconds = 0;

  constructor(private readonly clocks: { readonly clock: Clock; readonly microseconds: Microseconds }) {}

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now === 0 ? (this.#now = this.clocks.clock.now()) : this.#now;
  }

  /** The same, to be handed on. */
  readonly read = (): number => this.now;

  /** Microseconds of the same moment. */
  get microseconds(): number {
    if (this.#microseconds !== 0) return this.#microseconds;
    const begin = this.now * 1000;
    return (this.#microseconds = Math.min(Math.max(this.clocks.microseconds.now(), begin), begin + 999));
  }

  /** Lets the time move on, or to `frozenAt`. */
  reset(frozenAt: number): void {
    if (frozenAt === 0 || frozenAt !== this.#now) this.#microseconds = 0;
    this.#now = frozenAt;
  }
}
