import type { Reply } from '../protocol/reply';

/** A command's answer when it has to wait for a key. */
export class Block {
  /** What its command has computed so far, microseconds: waiting is none of it. */
  computed = 0;

  constructor(
    readonly keys: readonly string[],
    /** Milliseconds; 0 = for ever. */
    readonly timeoutMs: number,
    private readonly fallback: Reply | (() => Reply),
    /**
     * Tries again when one of the keys became ready. Runs like a command of the client's; undefined = keep waiting, another
     * `Block` = it ran as a whole and waits on, behind all who wait for its keys.
     */
    readonly resume: (key: string) => Reply | Block | undefined,
    /** Whether it also wants to know when one of the keys is gone. */
    readonly noticesRemoval = false,
    /** Whether CLIENT UNBLOCK may end it. */
    readonly mayBeEnded = true,
  ) {}

  /** What is answered when the time is over, or at once where blocking is not allowed (MULTI, scripts). */
  get otherwise(): Reply {
    return typeof this.fallback === 'function' ? this.fallback() : this.fallback;
  }
}

/** A wait that only its cause ends: no key, no time, no other client. */
export function waitForCause(): Block {
  return new Block([], 0, null, () => undefined, false, false);
}

/** A command's answer when it has already sent what there was to send (SUBSCRIBE), or must stay silent. */
export class NoReply {
  declare private readonly kind: 'no reply';
  static readonly instance = new NoReply();
}

/** The one `NoReply`. */
export const NO_REPLY = NoReply.instance;
