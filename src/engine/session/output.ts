import type { Reply } from '../protocol/reply';

/** Where a session's replies go when they are not the answer to the call being made: pushes, late answers, the end. */
export interface SessionOutput {
  /** Sends a reply. Never runs the client's code before returning. */
  send(reply: Reply): void;
  /** Sends bytes that are no reply, one per character (latin1): what a replica gets. */
  sendBytes?(bytes: string): void;
  /** The blocked command was answered: input that waited behind it may go on. */
  resume(): void;
  /** Closes the connection, once what was sent before has left. */
  close(): void;
  /** Closes the connection at once: the client does not read. */
  drop?(): void;
  /** The same, because it leaves more unread than it may: that is counted. */
  dropOverrun?(): void;
  /** Bytes sent that the client has not taken yet. */
  unread?(): number;
  /** Of those, the ones that are not in V8's heap. */
  unreadOutside?(): number;
  /** Bytes received and not answered yet, those of the running command included. */
  unanswered?(): number;
  /** Bytes of the arguments read so far of a command that is not there as a whole. */
  held?(): HeldArguments;
}

/** Arguments that are kept: how many, their bytes together, and what they take in V8's heap. */
export interface HeldArguments {
  readonly count: number;
  readonly bytes: number;
  readonly heapBytes: number;
}

/** Who and where a client is, as CLIENT LIST shows it. */
export interface ClientAddress {
  readonly remote: string;
  readonly local: string;
  /** `unix` shows as such in CLIENT LIST; memory connections count as TCP. */
  readonly kind: 'memory' | 'tcp' | 'unix';
}
