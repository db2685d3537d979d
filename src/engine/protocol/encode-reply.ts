import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  ErrorReply,
  itemsOf,
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

/** Pieces of a long reply are at least so long, but for the last one. */
const PIECE_BYTES = 65_536;
/** Aggregates of more items are long without a look at them. */
const MANY_ITEMS = 1024;

/**
 * Whether a reply is to leave in pieces. As one string it would stand in V8's heap twice, with several times as much for
 * putting it together; and there is a longest string (512 MB).
 */
export function isLong(reply: Reply): boolean {
  if (typeof reply === 'string') return reply.length >= PIECE_BYTES;
  if (typeof reply !== 'object' || reply === null) return false;
  const items = itemsOf(reply);
  return items !== undefined && roomAfter(items, PIECE_BYTES) < 0;
}

/** What is left of so many bytes behind some items; below 0 when they take more. */
function roomAfter(items: readonly Reply[], bytes: number): number {
  if (items.length > MANY_ITEMS) return -1;
  let room = bytes;
  for (const item of items) {
    if (typeof item === 'string') room -= item.length;
    else if (typeof item === 'object' && item !== null) {
      const inner = itemsOf(item);
      if (inner !== undefined) room = roomAfter(inner, room);
    }
    if (room < 0) return room;
  }
  return room;
}

/** The same as `encodeReply`, in pieces that are put together one at a time. Long strings leave as they are. */
export function* encodeInPieces(reply: Reply, resp: 2 | 3): Generator<string> {
  let text = '';
  for (const part of partsOf(reply, resp)) {
    if (part.length >= PIECE_BYTES) {
      if (text !== '') yield text;
      text = '';
      yield part;
    } else if ((text += part).length >= PIECE_BYTES) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

function* partsOf(reply: Reply, resp: 2 | 3): Generator<string> {
  const items = itemsOf(reply);
  if (items !== undefined) {
    yield headerOf(reply, items.length, resp);
    for (const item of items) {
      if (isSimple(item)) yield encodeReply(item, resp);
      else yield* partsOf(item, resp);
    }
  } else if (typeof reply === 'string') {
    yield `$${String(reply.length)}\r\n`;
    yield reply;
    yield '\r\n';
  } else yield encodeReply(reply, resp);
}

/** Most items are, and need no generator of their own. */
function isSimple(item: Reply): boolean {
  if (typeof item === 'string') return item.length < PIECE_BYTES;
  return typeof item !== 'object' || item === null;
}

function headerOf(reply: Reply, items: number, resp: 2 | 3): string {
  if (resp === 3 && reply instanceof MapReply) return `%${String(items / 2)}\r\n`;
  const mark = resp === 3 && reply instanceof SetReply ? '~' : resp === 3 && reply instanceof PushReply ? '>' : '*';
  return `${mark}${String(items)}\r\n`;
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
