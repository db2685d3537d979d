import type { CommandContext } from '../../execution/command-context';
import type { CommandRecord } from '../../command/table';
import { ErrorReply, type Reply } from '../../protocol/reply';
import { replyBytes } from '../../protocol/reply-bytes';

/** So much may be made before it is asked for. */
const UNASKED_BYTES = 65_536;

/** Replies of a transaction wait for each other: what each command makes may fit, and all together may not. */
export class ReplyRoom {
  #unasked = 0;

  constructor(private readonly context: CommandContext) {}

  /** A command has answered. */
  add(reply: Reply): void {
    this.#unasked += replyBytes(reply);
  }

  /** @returns why the next command is not run, if so; one that takes what is there away is, as its reply says little */
  refusal({ definition: { flags } }: CommandRecord): ErrorReply | undefined {
    if (this.#unasked <= UNASKED_BYTES) return undefined;
    if (flags.includes('write') && !flags.includes('denyoom')) return undefined;
    try {
      this.context.reserve(this.#unasked);
    } catch (refusal) {
      if (refusal instanceof ErrorReply) return refusal;
      throw refusal;
    }
    this.#unasked = 0;
    return undefined;
  }
}
