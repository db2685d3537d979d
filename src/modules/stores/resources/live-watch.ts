import type { Clock, Logger } from '../../../container';
import { asError, printCount } from '../../../errors';
import { BoundedBuffer, isMilestone } from '../support';
import { readMessage } from './resource-message';
import type { ResourceEvent, ResourceWatch } from './resource-store';
import type { ResourceType } from './resource-type';

/** The resources of a type at one moment. */
export interface TypeState {
  readonly revision: number;
  readonly etags: Readonly<Record<string, string>>;
}

/** What a watch works with. */
export interface WatchParts {
  readonly type: ResourceType;
  readonly bufferSize: number;
  readonly reconcileInterval: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly readState: () => Promise<TypeState>;
  /** Called once. */
  readonly onEnd: (watch: LiveWatch) => void;
}

/** What the consumer knows, or will, of a resource. */
interface Seen {
  /** `undefined` once it is deleted. */
  readonly etag: string | undefined;
  /** The type's revision when it was so. */
  readonly revision: number;
}

/**
 * Tells a consumer what changes. It keeps what it has told; whatever it could not tell, because an event was lost or the
 * consumer was too slow, is the difference to what there is, and is told when it looks again.
 */
export class LiveWatch implements ResourceWatch {
  readonly #parts: WatchParts;
  readonly #buffer: BoundedBuffer<ResourceEvent>;
  readonly #seen = new Map<string, Seen>();
  /** The type's revision at the last look, and the newest there was a sign of. */
  #looked = 0;
  #newest = 0;
  /** The consumer is to be told more than the buffer holds. */
  #behind = false;
  #malformed = 0;
  #skipped = 0;
  #newestSkipped = 0;
  #reconciling = false;
  #timer: unknown;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const onAbort = (): void => this.close();
    this.#buffer = new BoundedBuffer(parts.bufferSize, {
      onEmpty: () => {
        if (this.#behind) void this.#reconcile();
      },
      onEnd: () => {
        parts.clock.clearTimer(this.#timer);
        parts.signal.removeEventListener('abort', onAbort);
        parts.onEnd(this);
      },
    });
    parts.signal.addEventListener('abort', onAbort, { once: true });
  }

  /** Looks at what there is, for the first time; from then on it does so at intervals. */
  async prime(): Promise<void> {
    await this.#look();
    this.#schedule();
  }

  /** Takes a message from the channel. */
  receive(text: string): void {
    const message = readMessage(text);
    if (message === undefined) {
      this.#refuseMessage();
      return;
    }
    const { member, revision, etag, at } = message;
    // A Cluster's nodes forward at their own pace: it may be older than what was seen since.
    if (revision <= Math.max(this.#looked, this.#seen.get(member)?.revision ?? 0)) return;
    this.#newest = Math.max(this.#newest, revision);
    const now = { etag: message.type === 'put' ? etag : undefined, revision };
    if (this.#behind || !this.#tell(member, now, etag, at)) this.#skip(revision);
  }

  close(): void {
    this.#buffer.end({ discard: true });
  }

  next(): Promise<IteratorResult<ResourceEvent, undefined>> {
    return this.#buffer.next();
  }

  return(): Promise<IteratorResult<ResourceEvent, undefined>> {
    return this.#buffer.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #refuseMessage(): void {
    this.#malformed += 1;
    if (!isMilestone(this.#malformed)) return;
    const { type, logger } = this.#parts;
    const fields = { event: 'resource_event_malformed', channel: type.channel, total: this.#malformed };
    logger.warn(fields, 'another program published what is not a change of a resource');
  }

  #schedule(): void {
    if (this.#buffer.isEnded) return;
    const { clock, reconcileInterval } = this.#parts;
    this.#timer = clock.setTimer(() => {
      void this.#reconcile();
      this.#schedule();
    }, reconcileInterval);
  }

  async #reconcile(): Promise<void> {
    if (this.#reconciling || this.#buffer.isEnded) return;
    this.#reconciling = true;
    const { type, logger } = this.#parts;
    try {
      await this.#look();
    } catch (failure) {
      const fields = { event: 'resource_watch_reconcile_failed', resources: type.name, err: failure };
      logger.warn(fields, asError(failure).message);
      return;
    } finally {
      this.#reconciling = false;
    }
    // The consumer may have taken everything meanwhile.
    if (this.#behind && this.#buffer.isEmpty) void this.#reconcile();
  }

  /** Tells the difference between what there is and what was told. */
  async #look(): Promise<void> {
    const newestBefore = this.#newest;
    const { revision, etags } = await this.#parts.readState();
    // Redis has lost its data, or a part of it, and counts anew: what was seen is no longer newer than anything.
    if (revision < newestBefore) this.#forgetRevisions(revision);
    this.#newest = Math.max(this.#newest, revision);
    this.#looked = revision;
    const at = this.#parts.clock.now();
    const isOlder = (seen: Seen | undefined): boolean => (seen?.revision ?? 0) <= revision;
    let complete = this.#newestSkipped <= revision;
    for (const [member, etag] of Object.entries(etags)) {
      if (isOlder(this.#seen.get(member))) complete = this.#tell(member, { etag, revision }, etag, at) && complete;
    }
    for (const [member, seen] of this.#seen) {
      if (!isOlder(seen) || Object.hasOwn(etags, member)) continue;
      if (seen.etag === undefined) this.#seen.delete(member);
      else complete = this.#tell(member, { etag: undefined, revision }, seen.etag, at) && complete;
    }
    this.#behind = !complete;
    if (complete) this.#logSkipped();
  }

  /** False when the buffer is full: it will be told later. */
  #tell(member: string, now: Seen, etag: string, at: number): boolean {
    if (this.#seen.get(member)?.etag !== now.etag) {
      if (this.#buffer.isFull) return false;
      const type = now.etag === undefined ? 'delete' : 'put';
      this.#buffer.push({ type, key: this.#parts.type.keyOf(member), etag, at });
    }
    this.#seen.set(member, now);
    return true;
  }

  #skip(revision: number): void {
    this.#behind = true;
    this.#newestSkipped = Math.max(this.#newestSkipped, revision);
    this.#skipped += 1;
    if (this.#skipped > 1) return;
    const { type, bufferSize, logger } = this.#parts;
    const fields = { event: 'resource_watch_behind', resources: type.name, bufferSize };
    logger.warn(fields, 'a watcher is too slow for every change: it will get the last state of each resource');
  }

  #logSkipped(): void {
    if (this.#skipped === 0) return;
    const { type, logger } = this.#parts;
    const fields = { event: 'resource_watch_caught_up', resources: type.name, skipped: this.#skipped };
    logger.warn(
      fields,
      `a slow watcher has caught up; told together with later ones: ${printCount(this.#skipped, 'change')}`,
    );
    this.#skipped = 0;
  }

  #forgetRevisions(revision: number): void {
    this.#newest = revision;
    this.#newestSkipped = 0;
    for (const [member, { etag }] of this.#seen) this.#seen.set(member, { etag, revision: 0 });
  }
}
