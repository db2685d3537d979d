import type { Redis } from 'ioredis';
import { ErrorReply, type Reply } from '../../../engine';
import { deliverLater, nextPlace } from './delivery';
import { type ClientInternals, type CommandInternals, leaveToParser, type PipelineStream } from './direct-link';
import type { MemoryStream } from './memory-stream';
import { type ClientValue, FOR_PARSER, isPlain, toClientValue, type ReplyForm } from './reply-to-client';

/** Longer texts are held as bytes: to count them those are made in any case. */
const LONGEST_VALUE = 1024;

/** The reply of a command that ran, while nothing may leave the engine. */
export interface HeldReply {
  readonly command: CommandInternals;
  /** The pipeline it belongs to. */
  readonly stream: PipelineStream | undefined;
  readonly reply: Reply;
  readonly form: ReplyForm;
  /** What the gate's was before the command ran. */
  readonly place: number;
}

/**
 * Puts a command into ioredis' own queue, as if it had been written to a server that is slow: its timeouts, the end of the connection and
 * sending again are ioredis'. Where the reply needs no parser it takes its command from there when it may leave.
 */
export function holdReply(client: Redis, link: MemoryStream, held: HeldReply): void {
  const { command, stream, reply, form, place } = held;
  leaveToParser(client, command, stream);
  const value = valueOf(client, link, held);
  if (value === FOR_PARSER) {
    link.hold(reply, place);
    return;
  }
  link.holdValue(reply, place, (failure) => {
    deliverLater(() => {
      link.heldValues -= 1;
      const { commandQueue } = client as unknown as ClientInternals; // see ClientInternals
      // Nobody waits for it any more where the connection has ended meanwhile.
      if (link.destroyed || commandQueue.peekFront()?.command !== command) return;
      commandQueue.shift();
      if (failure !== undefined) command.reject(refused(command, new form.ReplyError(failure)));
      else if (reply instanceof ErrorReply)
        command.reject(refused(command, value as Error)); // an error reply was converted to one
      else command.resolve(value);
    }, nextPlace());
  });
}

/**
 * What a reply is for its command, where that is short and no list: of EXEC's the queued commands decide. ioredis' socket timeout goes by
 * bytes that come.
 */
function valueOf(client: Redis, link: MemoryStream, { reply, form }: HeldReply): ClientValue | typeof FOR_PARSER {
  if (Array.isArray(reply) || client.options.socketTimeout !== undefined) return FOR_PARSER;
  if (typeof reply === 'string' && reply.length > LONGEST_VALUE) return FOR_PARSER;
  return link.session.resp === 3 && !isPlain(reply) ? FOR_PARSER : toClientValue(reply, form);
}

function refused({ name, args }: CommandInternals, error: Error): Error {
  return Object.assign(error, { command: { name, args } });
}
