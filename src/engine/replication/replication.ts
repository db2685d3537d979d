import { randomBytes } from 'node:crypto';
// Imported, not the global: fake timers of a test must not hold up a replica.
import { setImmediate } from 'node:timers';
import type { Block } from '../command/answers';
import { EffectEncoder, encodeLine } from '../effects/effect-encoder';
import type { Reply } from '../protocol/reply';
import type { Client } from '../session/client';
import { Backlog } from './backlog';
import type { ImageReader, ReplicationParts } from './parts';
import { type Announcement, nothingAnnounced, Replica } from './replica';
import { Waiters } from './waiters';

/** Milliseconds between two looks at the replicas. */
const LOOK_MS = 1000;
const GET_ACK = encodeLine(['REPLCONF', 'GETACK', '*']);
const PING = encodeLine(['PING']);

/** An engine as the master of replicas: they get all of the data, and then whatever changes. */
export class Replication {
  /** Set by who can read the data as of one moment. */
  readImage: ImageReader | undefined;
  /** The end of the stream; undefined while there is no stream: until the first replica comes, and long after the last one left. */
  backlog: Backlog | undefined;
  #offset = 0;
  readonly #replicas = new Map<Client, Replica>();
  readonly #announced = new WeakMap<Client, Announcement>();
  readonly #waiters: Waiters;
  readonly #encoder: EffectEncoder;
  #stopListening: (() => void) | undefined;
  /** What changed in this turn; it is sent at its end. */
  #text = '';
  #planned = false;
  #asksForAcks = false;
  #reading = false;
  #timer: unknown;
  #looks = 0;
  /** When the last replica left, milliseconds since the epoch. */
  #aloneSince = 0;

  constructor(private readonly parts: ReplicationParts) {
    this.#waiters = new Waiters(parts.blocking);
    this.#encoder = new EffectEncoder(parts.version < '7.2');
  }

  /** Bytes of the stream up to now. */
  get offset(): number {
    return this.#offset;
  }

  /** In the order they came. */
  get replicas(): readonly Replica[] {
    return [...this.#replicas.values()];
  }

  /** Those that have all of the data, and say what they have of what came since. */
  get followers(): readonly Replica[] {
    return this.replicas.filter(({ state, acknowledges }) => state === 'online' && acknowledges);
  }

  /** Bytes of the stream that the slowest of them has not acknowledged; 0 without one. */
  get lag(): number {
    return Math.max(0, ...this.followers.map(({ acknowledged }) => this.#offset - acknowledged));
  }

  /** `repl-backlog-size`, bytes. */
  get backlogSize(): number {
    return this.#setting('repl-backlog-size');
  }

  /** What a client says of itself before it becomes a replica. */
  announcement(client: Client): Announcement {
    const known = this.#announced.get(client) ?? nothingAnnounced();
    this.#announced.set(client, known);
    return known;
  }

  /** How many replicas are online and were heard of within so many seconds. */
  good(seconds: number): number {
    const now = this.parts.clock.now();
    return this.replicas.filter(({ state, heardAt }) => state === 'online' && now - heardAt <= seconds * 1000).length;
  }

  /**
   * Lets a replica have all of the data, and then whatever changes.
   * @param acknowledges false for those that came by SYNC
   */
  attach(client: Client, acknowledges: boolean): void {
    this.#add(client, acknowledges);
    this.parts.counters.fullSyncs += 1;
    void this.#readImages();
  }

  /**
   * Lets a replica go on where it was.
   * @param id that of the stream it read
   * @param offset of the first byte it lacks, from 1
   * @returns false when the stream is another one, or that byte is gone
   */
  goOn(client: Client, id: string, offset: number): boolean {
    const { identity, counters } = this.parts;
    this.#flush();
    const text = id === identity.replicationId ? this.backlog?.since(offset) : undefined;
    if (text === undefined) {
      if (id !== '?') counters.refusedPartialSyncs += 1;
      return false;
    }
    counters.partialSyncs += 1;
    const replica = this.#add(client, true);
    replica.goOn(replica.announced.psync2 ? `+CONTINUE ${id}\r\n` : '+CONTINUE\r\n', text);
    return true;
  }

  /** A client is gone. */
  leave(client: Client): void {
    this.#waiters.forget(client);
    if (!this.#replicas.delete(client)) return;
    client.replication = undefined;
    client.onRoom = undefined;
    client.onInput = undefined;
    if (this.#replicas.size === 0) this.#aloneSince = this.parts.clock.now();
    this.count();
  }

  /** A replica says what it has. @param synced of that, what is on its disk; 0 = nothing, or it did not say */
  acknowledge(client: Client, offset: number, synced: number): void {
    const replica = this.#replicas.get(client);
    if (replica === undefined) return;
    replica.acknowledged = Math.max(replica.acknowledged, offset);
    replica.synced = Math.max(replica.synced, synced);
    this.serveWaiters();
  }

  /** How many replicas are online and have everything up to an offset. @param onDisk whether it has to be on their disks */
  having(offset: number, onDisk = false): number {
    return this.replicas.filter(
      ({ state, synced, acknowledged }) => state === 'online' && (onDisk ? synced : acknowledged) >= offset,
    ).length;
  }

  /** Asks the replicas what they have, and answers a client when that is enough. */
  wait(client: Client, block: Block, answer: () => Reply | undefined): void {
    this.#waiters.add({ client, block, answer });
    if (this.#replicas.size === 0) return;
    this.#asksForAcks = true;
    this.#plan();
  }

  /** Answers those whose wait is over. */
  serveWaiters(): void {
    this.#waiters.serve();
  }

  /** Brings up to date what is known of its memory: whoever shows it asks for that, and it does so itself each second. */
  count(): void {
    const { memory } = this.parts;
    memory.backlogBytes = this.backlog?.bytes ?? 0;
    // Replicas of one image share it.
    const images = new Set(this.replicas.map(({ image }) => image));
    const ofImages = [...images].reduce((sum, image) => sum + (image?.bytes ?? 0), 0);
    memory.replicaBytes = this.replicas.reduce((sum, { waiting }) => sum + waiting, ofImages);
  }

  /** The data was replaced by other data: replicas have to get all of it. */
  startOver(): void {
    if (this.backlog === undefined) return;
    for (const { client } of this.replicas) client.output.close();
    this.#end();
  }

  /** Stops timers. */
  close(): void {
    this.parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #add(client: Client, acknowledges: boolean): Replica {
    if (this.backlog === undefined) this.#begin();
    this.parts.clients.memory.forget(client);
    const replica = new Replica(client, this.announcement(client), acknowledges, this.parts);
    this.#replicas.set(client, replica);
    this.parts.clients.memory.update(client);
    return replica;
  }

  #begin(): void {
    this.parts.identity.replicationId = randomBytes(20).toString('hex');
    this.backlog = new Backlog(this.#offset + 1);
    this.#encoder.restart();
    this.#stopListening = this.parts.effects.listen((unit) => {
      this.#append(this.#encoder.encode(unit));
    });
    this.#look();
  }

  #end(): void {
    this.close();
    this.#stopListening?.();
    this.#text = '';
    this.backlog = undefined;
    this.count();
    this.parts.identity.replicationId = randomBytes(20).toString('hex');
  }

  #append(text: string): void {
    this.#text += text;
    this.#offset += text.length;
    this.#plan();
  }

  /** What changes in one turn is sent together. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#asksForAcks) this.#text += GET_ACK;
    if (this.#asksForAcks) this.#offset += GET_ACK.length;
    this.#asksForAcks = false;
    const text = this.#text;
    if (text === '' || this.backlog === undefined) return;
    this.#text = '';
    this.backlog.append(text, this.backlogSize);
    const { replicaBytes } = this.parts.clients.limits;
    for (const replica of this.replicas) {
      replica.stream(text);
      if (replicaBytes > 0 && replica.waiting > replicaBytes) replica.client.output.dropOverrun?.();
    }
  }

  /** Reads the data for those who wait for it; who comes meanwhile waits for the next time. */
  async #readImages(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    for (let next = this.#nextToLoad(); next.length > 0; next = this.#nextToLoad()) await this.#readImage(next);
    this.#reading = false;
  }

  /** Replicas that wait for the same data. */
  #nextToLoad(): readonly Replica[] {
    const waiting = this.replicas.filter(({ state }) => state === 'wait_bgsave');
    const wants = waiting[0]?.announced.wants;
    return waiting.filter(
      ({ announced }) => announced.wants.keys === wants?.keys && announced.wants.functions === wants.functions,
    );
  }

  async #readImage(replicas: readonly Replica[]): Promise<void> {
    const [first] = replicas;
    try {
      if (first === undefined || this.readImage === undefined) throw new Error('nobody can read the data');
      const pieces = await this.readImage(first.announced.wants, () => {
        this.#flush();
        this.#encoder.restart();
        const line = `+FULLRESYNC ${this.parts.identity.replicationId} ${String(this.#offset)}\r\n`;
        for (const replica of replicas) replica.begin(replica.acknowledges ? line : '');
      });
      const image = { pieces, bytes: pieces.reduce((sum, { length }) => sum + length, 0) };
      for (const replica of replicas) replica.load(image);
      this.count();
    } catch (failure) {
      this.parts.internalError('psync', failure);
      for (const { client } of replicas) client.output.close();
    }
  }

  #look(): void {
    this.#timer = this.parts.clock.setTimer(() => {
      this.#looks += 1;
      const pings = this.#replicas.size > 0 && this.#looks % this.#setting('repl-ping-replica-period') === 0;
      if (pings) this.#append(PING);
      this.#lookAtReplicas();
      if (this.backlog !== undefined) this.#look();
    }, LOOK_MS);
  }

  #lookAtReplicas(): void {
    const longest = this.#setting('repl-timeout') * 1000;
    for (const replica of this.replicas) {
      replica.look();
      if (replica.silence > longest) replica.client.output.drop?.();
    }
    this.count();
    const kept = this.#setting('repl-backlog-ttl') * 1000;
    const alone = this.parts.clock.now() - this.#aloneSince;
    if (this.#replicas.size === 0 && kept > 0 && alone > kept) this.#end();
  }

  #setting(name: string): number {
    return Number(this.parts.parameters.get(name)?.get() ?? '0');
  }
}
