/** Something that waits to leave the engine. */
export interface Held {
  /** It leaves. Must not run a client's code before returning. */
  leave(): void;
  /** What it tells of could not be kept. @param text of the error that takes the place of a reply, code word first */
  fail(text: string): void;
}

interface Ticket {
  readonly held: Held;
  /** Leaves once the frames up to this one are synced. */
  frame: number;
}

/**
 * Where all that leaves an engine waits while something is not synced that it may tell of, for `appendfsync always`: replies
 * of writes and of reads, messages, pushes, the end of connections, in the order in which they would have left. A frame is
 * what is synced together. Whoever closes the gate has to open it, or to let it fail, later and never while a command runs.
 */
export class ReplyGate {
  /**
   * Whether what leaves has to be held: something is not synced, or a command runs that may change something. False for
   * ever where nobody closes it.
   */
  closed = false;
  /**
   * The place in the order of what is held next. Whoever runs a command takes it before: the command's own reply goes
   * there, before what the command causes for others.
   */
  place = 0;
  /** The last frame that was begun. */
  #frame = 0;
  /** Whether the next change begins another. */
  #sealed = true;
  /** The last frame that is synced. */
  #opened = 0;
  #depth = 0;
  #queue: Ticket[] = [];
  /** What is held since a command runs: only its end says of which frame it tells. */
  #undecided: Ticket[] = [];

  /** Something changed that is not synced. @returns the number of its frame, which is the next one after `advance` */
  close(): number {
    if (this.#sealed) this.#frame += 1;
    this.#sealed = false;
    this.closed = true;
    return this.#frame;
  }

  /** The frame is on its way to be synced: what changes from now on belongs to the next one. */
  advance(): void {
    this.#sealed = true;
  }

  /** The frames up to this one are synced: what tells of no later one leaves. */
  open(frame: number): void {
    this.#opened = Math.max(this.#opened, Math.min(frame, this.#frame));
    if (this.#opened === this.#frame) this.#sealed = true;
    this.#release();
  }

  /**
   * Nothing more can be synced: in the place of everything held its error leaves, and the gate is open.
   * @param text of the error, code word first (`MISCONF ...`)
   */
  fail(text: string): void {
    this.#opened = this.#frame;
    this.#sealed = true;
    this.#release(text);
  }

  /** A command begins, or several whose replies leave together. They may be nested. */
  enter(): void {
    this.#depth += 1;
    this.closed = true;
  }

  /** Ends what `enter` began: what was held meanwhile leaves, unless something changed, now or before, that is not synced. */
  leave(): void {
    this.#depth -= 1;
    if (this.#depth > 0) return;
    for (const ticket of this.#undecided) ticket.frame = this.#frame;
    if (this.#undecided.length > 0) this.#undecided = [];
    this.#release();
  }

  /** Takes what would leave while the gate is closed. @param place default: behind everything held */
  hold(held: Held, place = this.place): void {
    const ticket = { held, frame: this.#depth > 0 ? Infinity : this.#frame };
    if (this.#depth > 0) this.#undecided.push(ticket);
    const fromEnd = this.place - place;
    if (fromEnd <= 0) this.#queue.push(ticket);
    else this.#queue.splice(Math.max(this.#queue.length - fromEnd, 0), 0, ticket);
    this.place += 1;
  }

  /** Lets leave what may. What is held meanwhile comes behind. @param failure text of the error that takes its place */
  #release(failure?: string): void {
    for (let leaving = this.#take(); leaving.length > 0; leaving = this.#take())
      for (const { held } of leaving) {
        if (failure === undefined) held.leave();
        else held.fail(failure);
      }
    this.closed = this.#depth > 0 || this.#opened < this.#frame;
  }

  /** Takes from the queue what tells of synced frames only: never anything before what is ahead of it. */
  #take(): readonly Ticket[] {
    const later = this.#queue.findIndex(({ frame }) => frame > this.#opened);
    if (later === 0) return [];
    if (later > 0) return this.#queue.splice(0, later);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }
}
