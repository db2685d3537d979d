import type { CommandRecord } from '../command/table';
import { textBytes } from '../values/text-bytes';
import type { HeldArguments } from './output';

/** A command that a client sent and that does not run yet. */
export interface QueuedCommand {
  readonly record: CommandRecord;
  readonly args: readonly string[];
  /** The command's name as the client wrote it. */
  readonly name: string;
}

/** What Redis counts for each word of a command that waits, beside its bytes. */
export const WORD_BYTES = 8;
/** Bytes of a string beside its characters: its header, and its rounding. */
const STRING_BYTES = 24;
/** Estimated bytes of a queued command, beside its words. */
const QUEUED_BYTES = 120;

/** An open MULTI. */
export class Transaction {
  readonly queue: QueuedCommand[] = [];
  /** Bytes of the queued commands, names included, as Redis counts them: each word takes eight more. */
  bytes = 0;
  /** What they take here. */
  heapBytes = 0;
  /** A command was refused while queueing: EXEC will answer EXECABORT. */
  aborted = false;

  add(command: QueuedCommand): void {
    this.queue.push(command);
    this.bytes += command.name.length + WORD_BYTES;
    this.heapBytes += QUEUED_BYTES;
    for (const arg of command.args) {
      this.bytes += arg.length + WORD_BYTES;
      this.heapBytes += textBytes(arg) + WORD_BYTES;
    }
  }
}

/** What the words of a command take that waits. */
export function heldWords({ name, args }: QueuedCommand): HeldArguments {
  let bytes = name.length;
  let heapBytes = textBytes(name) + STRING_BYTES;
  for (const arg of args) {
    bytes += arg.length;
    heapBytes += textBytes(arg) + STRING_BYTES;
  }
  return { count: args.length + 1, bytes, heapBytes };
}
