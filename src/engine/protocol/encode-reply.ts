import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  NullArray,
  PushReply,
  SetReply,
  Status,
  type Reply,
} from './reply';

/** Encodes a reply as RESP, one byte per character (latin1). */
export function encodeReply(reply: Reply, resp: 2 | 3): string {
  if (typeof reply === 'string') return `$${String(reply.length)}\r\n${reply}\r\n`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${String(reply)}\r\n`;
  if (reply === null) return resp === 2 ? '$-1\r\n' : '_\r\n';
  if (reply instanceof Status) return `+${reply.text}\r\n`;
  if (reply instanceof ErrorReply) return `-${reply.text}\r\n`;
  if (isArray(reply)) return aggregate('*', reply, resp);
  return resp === 2 ? encodeAs2(reply) : encodeAs3(reply);
}

/** The same in pieces, for aggregates too long for one string. */
export function* encodeInPieces(reply: Reply, resp: 2 | 3): Generator<string> {
  const items = itemsOf(reply);
  if (items === undefined) {
    yield encodeReply(reply, resp);
    return;
  }
  yield headerOf(reply, items.length, resp);
  for (const item of items) yield* encodeInPieces(item, resp);
}

function headerOf(reply: Reply, items: number, resp: 2 | 3): string {
  if (resp === 3 && reply instanceof MapReply) return `%${String(items / 2)}\r\n`;
  const mark = resp === 3 && reply instanceof SetReply ? '~' : resp === 3 && reply instanceof PushReply ? '>' : '*';
  return `${mark}${String(items)}\r\n`;
}

function itemsOf(reply: Reply): readonly Reply[] | undefined {
  if (reply instanceof MapReply) return reply.entries;
  if (reply instanceof SetReply || reply instanceof PushReply) return reply.items;
  return typeof reply === 'object' && reply !== null && isArray(reply) ? reply : undefined;
}

type Special = Exclude<Reply, string | number | bigint | null | Status | ErrorReply | readonly Reply[]>;

function isArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

function aggregate(mark: string, items: readonly Reply[], resp: 2 | 3, size = items.length): string {
  let text = `${mark}${String(size)}\r\n`;
  for (const item of items) text += encodeReply(item, resp);
  return text;
}

function encodeAs2(reply: Special): string {
  if (reply instanceof NullArray) return '*-1\r\n';
  if (reply instanceof MapReply) return aggregate('*', reply.entries, 2);
  if (reply instanceof SetReply || reply instanceof PushReply) return aggregate('*', reply.items, 2);
  if (reply instanceof BooleanReply) return reply.value ? ':1\r\n' : ':0\r\n';
  if (reply instanceof BigNumberReply) return encodeReply(reply.digits, 2);
  if (reply instanceof AttributeReply) return encodeReply(reply.reply, 2);
  return encodeReply(reply.text, 2);
}

function encodeAs3(reply: Special): string {
  if (reply instanceof NullArray) return '_\r\n';
  if (reply instanceof MapReply) return aggregate('%', reply.entries, 3, reply.entries.length / 2);
  if (reply instanceof SetReply) return aggregate('~', reply.items, 3);
  if (reply instanceof PushReply) return aggregate('>', reply.items, 3);
  if (reply instanceof DoubleReply) return `,${reply.text}\r\n`;
  if (reply instanceof BooleanReply) return reply.value ? '#t\r\n' : '#f\r\n';
  if (reply instanceof BigNumberReply) return `(${reply.digits}\r\n`;
  if (reply instanceof AttributeReply)
    return aggregate('|', reply.attributes, 3, reply.attributes.length / 2) + encodeReply(reply.reply, 3);
  return `=${String(reply.text.length + 4)}\r\n${reply.format}:${reply.text}\r\n`;
}
