import type { Held, ReplyGate } from '../effects/reply-gate';
import type { Fate } from './fate';
import type { Transport } from './transport';

/** Bytes held beyond which a client gets no more requests answered until they have left. */
const CONGESTED_BYTES = 1_048_576;

/** A part of what is written together that does not leave as it is when the gate fails. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly fate: Exclude<Fate, 'leaves'>;
}

/** What one connection's bytes, and its end, leave by: past the gate while it is open, else they wait there. */
export class Outbox {
  /** Collects what one turn answers, so that a pipeline leaves in one piece. */
  gathered = '';
  #heldBytes = 0;
  readonly #held = new Set<HeldPart | HeldValue>();
  #marks: Mark[] = [];
  /** Where in the order of the gate the answers to the requests being run belong. */
  #place: number | undefined;

  /** @param onLeft told whenever something held has left; `relieved`: whether it was too much until then */
  constructor(
    private readonly gate: ReplyGate,
    private readonly transport: Transport,
    private readonly onLeft: (relieved: boolean) => void,
  ) {}

  /** Whether so much is held, or the peer reads so slowly, that requests have to wait. */
  get congested(): boolean {
    return this.#heldBytes > CONGESTED_BYTES || this.transport.congested?.() === true;
  }

  /** Bytes that have not left yet. */
  get unsent(): number {
    return this.gathered.length + this.#heldBytes + (this.transport.unsent?.() ?? 0);
  }

  /** Runs requests: what is written meanwhile leaves together, before what they cause for others. */
  runs(requests: () => void): void {
    const { gate } = this;
    this.#place = gate.place;
    gate.enter();
    try {
      requests();
    } finally {
      this.#place = undefined;
      gate.leave();
    }
  }

  /** Writes at a place of the gate's order that was taken before. */
  writesAt(place: number, write: () => void): void {
    this.#place = place;
    write();
    this.#place = undefined;
  }

  /** Adds to what leaves with the next `flush`. @param fate of these bytes, if the gate fails */
  gather(bytes: string, fate: Fate): void {
    if (fate !== 'leaves') {
      const start = this.gathered.length;
      this.#marks.push({ start, end: start + bytes.length, fate });
    }
    this.gathered += bytes;
  }

  /** Holds something that is no bytes; it counts as so many. @param leave told the text of what takes its place, if something does */
  holdValue(size: number, place: number, leave: (failure: string | undefined) => void): void {
    const part = new HeldValue(this, size, leave);
    this.#held.add(part);
    this.#heldBytes += size;
    this.gate.hold(part, place);
  }

  flush(): void {
    const bytes = this.gathered;
    if (bytes === '') return;
    this.gathered = '';
    const marks = this.#marks;
    if (marks.length > 0) this.#marks = [];
    if (this.gate.closed) this.#hold(new HeldPart(this, bytes, marks));
    else this.transport.write(bytes);
  }

  /** Forgets what is gathered. */
  discard(): void {
    this.gathered = '';
    this.#marks = [];
  }

  /** Closes the connection, after everything gathered. */
  end(): void {
    this.flush();
    if (this.gate.closed) this.#hold(new HeldPart(this, undefined, []));
    else this.transport.end();
  }

  /** Nobody is there any more to read what is gathered or held. */
  forget(): void {
    this.discard();
    for (const part of this.#held) part.forget();
    this.#held.clear();
    this.#heldBytes = 0;
  }

  /** A value that was held has left. */
  releaseValue(part: HeldValue): void {
    const { congested } = this;
    this.#held.delete(part);
    this.#heldBytes -= part.size;
    this.onLeft(congested && !this.congested);
  }

  /** Writes something that was held. @param bytes what became of it; undefined = the end */
  release(part: HeldPart, bytes: string | undefined): void {
    const { congested } = this;
    this.#held.delete(part);
    this.#heldBytes -= part.size;
    if (bytes === undefined) this.transport.end();
    else if (bytes !== '') this.transport.write(bytes);
    this.onLeft(congested && !this.congested);
  }

  #hold(part: HeldPart): void {
    this.#held.add(part);
    this.#heldBytes += part.size;
    if (this.#place === undefined) this.gate.hold(part);
    else this.gate.hold(part, this.#place++);
  }
}

/** What was written together, or the end of a connection, while it is held. */
class HeldPart implements Held {
  #outbox: Outbox | undefined;
  #bytes: string | undefined;
  readonly size: number;

  constructor(
    outbox: Outbox,
    bytes: string | undefined,
    private readonly marks: readonly Mark[],
  ) {
    this.#outbox = outbox;
    this.#bytes = bytes;
    this.size = bytes?.length ?? 0;
  }

  forget(): void {
    this.#outbox = undefined;
    this.#bytes = undefined;
  }

  leave(): void {
    this.#outbox?.release(this, this.#bytes);
  }

  fail(text: string): void {
    this.#outbox?.release(this, this.#bytes === undefined ? undefined : this.#failed(this.#bytes, text));
  }

  #failed(bytes: string, text: string): string {
    let left = '';
    let at = 0;
    for (const { start, end, fate } of this.marks) {
      left += bytes.slice(at, start);
      if (fate === 'fails') left += `-${text}\r\n`;
      at = end;
    }
    return left + bytes.slice(at);
  }
}

/** What is handed over as it is, while it is held. */
class HeldValue implements Held {
  #outbox: Outbox | undefined;

  constructor(
    outbox: Outbox,
    readonly size: number,
    private readonly handOver: (failure: string | undefined) => void,
  ) {
    this.#outbox = outbox;
  }

  forget(): void {
    this.#outbox = undefined;
  }

  leave(): void {
    this.#release(undefined);
  }

  fail(text: string): void {
    this.#release(text);
  }

  #release(failure: string | undefined): void {
    if (this.#outbox === undefined) return;
    this.handOver(failure);
    this.#outbox.releaseValue(this);
  }
}
