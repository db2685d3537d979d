import { IdSequence } from './id-sequence';
import type { StreamId } from './stream-id';
import type { Uint64 } from './uint64';

/** An entry that was delivered and not acknowledged. */
export interface PendingEntry extends StreamId {
  consumer: Consumer;
  /** Milliseconds since the epoch. */
  deliveredAt: number;
  deliveries: Uint64;
}

/** Who reads through a group. */
export class Consumer {
  readonly pending = new IdSequence<PendingEntry>();

  constructor(
    readonly name: string,
    /** When it last tried to read or claim, milliseconds since the epoch. */
    public seenAt: number,
    /** When it last got anything, milliseconds since the epoch; -1 = never. Clients see it since 7.2. */
    public activeAt = -1,
  ) {}
}

const PENDING_BYTES = 120;
const CONSUMER_BYTES = 300;

/** The read-only side of a group. */
export interface GroupView {
  readonly name: string;
  readonly lastId: StreamId;
  /** How many of all entries ever added the group has read; undefined when that cannot be known. */
  readonly entriesRead: Uint64 | undefined;
  readonly pending: Pick<IdSequence<Readonly<PendingEntry>>, 'size' | 'first' | 'last' | 'get' | 'visit'>;
  readonly consumerCount: number;
  consumer(name: string): Readonly<Consumer> | undefined;
  /** In the order of their names. */
  consumers(): readonly Readonly<Consumer>[];
}

/** A consumer group: how far it has read, and what its consumers have not acknowledged. */
export class ConsumerGroup implements GroupView {
  readonly pending = new IdSequence<PendingEntry>();
  readonly #consumers = new Map<string, Consumer>();

  constructor(
    readonly name: string,
    public lastId: StreamId,
    public entriesRead: Uint64 | undefined,
  ) {}

  get consumerCount(): number {
    return this.#consumers.size;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return (
      CONSUMER_BYTES + this.name.length + this.#consumers.size * CONSUMER_BYTES + this.pending.size * PENDING_BYTES
    );
  }

  consumer(name: string): Consumer | undefined {
    return this.#consumers.get(name);
  }

  consumers(): Consumer[] {
    return [...this.#consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Adds a consumer whose name is free. */
  addConsumer(name: string, seenAt: number, activeAt = -1): Consumer {
    const consumer = new Consumer(name, seenAt, activeAt);
    this.#consumers.set(name, consumer);
    return consumer;
  }

  /** Removes a consumer and what it had not acknowledged. */
  removeConsumer(consumer: Consumer): void {
    for (const entry of consumer.pending) this.pending.delete(entry);
    this.#consumers.delete(consumer.name);
  }

  /** Notes an entry as delivered to a consumer; an older note of it is replaced. */
  deliver({ ms, seq }: StreamId, consumer: Consumer, deliveredAt: number, deliveries: Uint64 = 1): PendingEntry {
    const known = this.pending.get({ ms, seq });
    if (known !== undefined) {
      this.assign(known, consumer);
      this.redeliver(known, deliveredAt, deliveries);
      return known;
    }
    const entry: PendingEntry = { ms, seq, consumer, deliveredAt, deliveries };
    this.pending.add(entry);
    consumer.pending.add(entry);
    return entry;
  }

  /** Notes that a pending entry was delivered once more. */
  redeliver(entry: PendingEntry, deliveredAt: number, deliveries: Uint64): void {
    this.pending.willChange(entry);
    entry.deliveredAt = deliveredAt;
    entry.deliveries = deliveries;
  }

  /** Gives a pending entry to another consumer. */
  assign(entry: PendingEntry, consumer: Consumer): void {
    if (entry.consumer === consumer) return;
    this.pending.willChange(entry);
    entry.consumer.pending.delete(entry);
    consumer.pending.add(entry);
    entry.consumer = consumer;
  }

  /** Forgets a pending entry. @returns whether it was pending */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
  }

  clone(): ConsumerGroup {
    const copy = new ConsumerGroup(this.name, this.lastId, this.entriesRead);
    for (const { name, seenAt, activeAt } of this.#consumers.values()) copy.addConsumer(name, seenAt, activeAt);
    for (const entry of this.pending) {
      const consumer = copy.consumer(entry.consumer.name);
      if (consumer !== undefined) copy.deliver(entry, consumer, entry.deliveredAt, entry.deliveries);
    }
    return copy;
  }
}
