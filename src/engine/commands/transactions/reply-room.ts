import type { CommandContext } from '../../execution/command-context';
import { FILLED_MEMORY } from '../../execution/script-budget';
import { NO_ROOM } from '../../keyspace/heap-room';
import type { CommandRecord } from '../../command/table';
import { ErrorReply, type Reply } from '../../protocol/reply';
import { replyBytes } from '../../protocol/reply-bytes';

/** So much may be made before it is asked for. */
const UNASKED_BYTES = 65_536;

/**
 * Replies of a transaction wait for each other: what each command makes may fit, and all together may not. Once there is no room there
 * will be none before its end: no garbage is looked for any more.
 */
export class ReplyRoom {
  /** Of all replies so far, and of those that were not asked for yet. */
  #held = 0;
  #unasked = 0;
  #isFull = false;

  constructor(private readonly context: Pick<CommandContext, 'reserve'>) {}

  /** A command has answered. */
  add(reply: Reply): void {
    const bytes = replyBytes(reply);
    this.#held += bytes;
    this.#unasked += bytes;
    // It may have wanted too much by itself: where there is room for as much again as is held, others are run.
    if (reply instanceof ErrorReply && tellsOfFullHeap(reply)) this.#unasked = this.#held;
  }

  /** @returns why the next command is not run, if so; one that takes what is there away is, as its reply says little */
  refusal({ definition: { flags } }: CommandRecord): ErrorReply | undefined {
    if (flags.includes('write') && !flags.includes('denyoom')) return undefined;
    if (this.#unasked > UNASKED_BYTES && !this.#isFull) this.#ask();
    return this.#isFull ? NO_ROOM : undefined;
  }

  #ask(): void {
    try {
      this.context.reserve(this.#unasked);
      this.#unasked = 0;
    } catch (refusal) {
      if (!(refusal instanceof ErrorReply)) throw refusal;
      this.#isFull = true;
    }
  }
}

const tellsOfFullHeap = (reply: ErrorReply): boolean => reply === NO_ROOM || reply.text.includes(FILLED_MEMORY);
