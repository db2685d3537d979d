// Imported, not the global: fake timers of a test must not hold up replies.
import { setImmediate } from 'node:timers';
import type { Command, Redis } from 'ioredis';
import { encodeReply, ErrorReply, NoReply, type Reply } from '../../../engine';
import type { CommandLine, EngineAnswer, EngineWays } from '../engine-ways';
import { type CommandInternals, directLink, leaveToParser, toBytes } from './direct-link';
import { EngineReply } from './engine-reply';
import type { MemoryStream } from './memory-stream';
import { FOR_PARSER, toClientValue } from './reply-to-client';

/** What is needed of an ioredis module. */
interface Ioredis {
  readonly ReplyError: new (message: string) => Error;
  readonly Command: new (name: string, args: (string | Buffer)[], options: { replyEncoding: null }) => Command;
}

/** One command on the engine. @returns its reply, or the promise of one that comes as bytes, or of why it does not come */
function answer(client: Redis, link: MemoryStream, [name, ...args]: CommandLine, ioredis: Ioredis): unknown {
  const { session, gate } = link;
  const { place } = gate;
  const reply = session.execute(name, toBytes(args));
  const { ReplyError } = ioredis;
  if (!(reply instanceof NoReply) && !gate.closed) {
    const value = toClientValue(reply, { text: false, stringNumbers: false, ReplyError });
    if (value !== FOR_PARSER) return value;
  }
  const command = new ioredis.Command(name, args, { replyEncoding: null });
  const internals = command as unknown as CommandInternals; // see there
  internals.setReplyContext?.(client.options);
  leaveToParser(client, internals, undefined);
  if (gate.closed && !(reply instanceof NoReply)) link.hold(reply, place);
  else if (!(reply instanceof NoReply)) link.deliver(encodeReply(reply, session.resp));
  return command.promise.catch((failure: unknown) => failure);
}

/** The link, where a reply is the engine's own in RESP2. */
function plainLink(client: Redis, announced: unknown, [name]: CommandLine): MemoryStream | undefined {
  const link = directLink(client, announced, { name });
  return link?.session.resp === 2 && link.session.transaction === undefined ? link : undefined;
}

/** The last of some commands has run. @param place the gate's before that @returns when its reply may leave */
function engineAnswer(
  client: Redis,
  link: MemoryStream,
  reply: Reply | NoReply,
  place: number,
  ioredis: Ioredis,
): Promise<EngineAnswer> {
  const { gate } = link;
  if (reply instanceof NoReply) {
    // It comes as bytes, some time.
    const command = new ioredis.Command('exec', [], { replyEncoding: null });
    const internals = command as unknown as CommandInternals; // see there
    const { commandTimeout } = client.options;
    if (commandTimeout !== undefined) internals.setTimeout(commandTimeout);
    internals.setReplyContext?.(client.options);
    leaveToParser(client, internals, undefined);
    return command.promise.then((value: unknown) => ({ value }));
  }
  if (!gate.closed) return Promise.resolve({ reply: new EngineReply(reply) });
  return new Promise((resolve) => {
    const held = {
      leave: () => {
        resolve({ reply: new EngineReply(reply) });
      },
      fail: (text: string) => {
        resolve({ reply: new EngineReply(new ErrorReply(text)) });
      },
    };
    gate.hold(held, place);
  });
}

/** A client's ways past ioredis. @param announced the connection whose `ready` everybody has heard */
export function engineWays(client: Redis, announced: unknown, ioredis: Ioredis): EngineWays {
  return {
    answers: (lines) => answerLines(client, announced, lines, ioredis),
    keyReader: () => {
      const link = directLink(client, announced, { name: 'dump' });
      return link?.engine.keyReader(link.session);
    },
    keyWriter: () => {
      const link = directLink(client, announced, { name: 'restore' });
      return link?.engine.keyWriter(link.session);
    },
    reply: (line) => {
      const link = plainLink(client, announced, line);
      if (link === undefined) return undefined;
      const { place } = link.gate;
      const [name, ...args] = line;
      return engineAnswer(client, link, link.session.execute(name, toBytes(args)), place, ioredis);
    },
    transaction: (lines) => {
      const link = plainLink(client, announced, ['get']);
      // What follows a command that waits must not be said yet.
      if (link === undefined || link.engine.mayPostpone) return undefined;
      const { session, gate } = link;
      session.execute('multi', []);
      for (const [name, ...args] of lines) session.execute(name, toBytes(args));
      const { place } = gate;
      return engineAnswer(client, link, session.execute('exec', []), place, ioredis);
    },
  };
}

/**
 * Runs commands one after the other; once a reply does not come at once, the others take ioredis' way, behind it. Others have their
 * turn of the event loop before the replies are handed over.
 * @returns undefined when not even the first one can be run directly
 */
function answerLines(
  client: Redis,
  announced: unknown,
  lines: readonly CommandLine[],
  ioredis: Ioredis,
): Promise<unknown[]> | undefined {
  const replies: unknown[] = [];
  for (const line of lines) {
    const link = directLink(client, announced, { name: line[0] });
    if (link?.session.resp !== 2) break;
    replies.push(answer(client, link, line, ioredis));
  }
  if (replies.length === 0) return undefined;
  return rest(client, replies, lines.slice(replies.length));
}

async function rest(client: Redis, replies: unknown[], lines: readonly CommandLine[]): Promise<unknown[]> {
  const pipeline = client.pipeline();
  for (const [name, ...args] of lines) pipeline.callBuffer(name, ...args);
  const others = lines.length === 0 ? undefined : pipeline.exec();
  others?.catch(() => undefined); // heard of below
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  if (others === undefined && !(replies.at(-1) instanceof Promise)) return replies;
  const last = (await others)?.map(([error, reply]) => error ?? reply) ?? [];
  return [...(await Promise.all(replies)), ...last];
}
