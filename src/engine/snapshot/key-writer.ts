import { OUT_OF_MEMORY } from '../command/errors';
import { type KeyToRestore, restoreBody } from '../commands/generic/dump';
import type { Engine } from '../engine';
import type { Session } from '../execution/session';
import { ErrorReply } from '../protocol/reply';

/** Writes many keys of a database at once, as RESTORE would, and does not count as commands. */
export class KeyWriter {
  constructor(
    private readonly engine: Engine,
    private readonly client: Session,
  ) {}

  /**
   * Writes keys one after the other.
   * @param replaces whether what is there may go
   * @returns of each what RESTORE would say against it; undefined when it was written
   */
  write(keys: readonly KeyToRestore[], replaces: boolean): (string | undefined)[] {
    const { memory, tracking } = this.engine;
    const { executing } = tracking;
    tracking.executing = this.client;
    if (tracking.clients > 0) tracking.writer = this.client;
    memory.access.time = performance.now();
    try {
      return keys.map((key) => this.#write(key, replaces));
    } finally {
      tracking.executing = executing;
    }
  }

  #write(key: KeyToRestore, replaces: boolean): string | undefined {
    const { memory, blocking } = this.engine;
    const { context } = this.client;
    if (!memory.makeRoom()) return OUT_OF_MEMORY.text;
    memory.heapRoom.begin();
    context.resetClock();
    try {
      restoreBody(context, key, replaces);
    } catch (refusal) {
      if (refusal instanceof ErrorReply) return refusal.text;
      throw refusal;
    } finally {
      context.settle();
      blocking.serveReady();
    }
    return undefined;
  }
}
