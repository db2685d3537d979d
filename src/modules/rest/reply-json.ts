import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  MapReply,
  NullArray,
  PushReply,
  type Reply,
  SetReply,
  Status,
} from '../../engine';

/** How texts are written. */
export type TextEncoding = 'utf8' | 'base64';

const OK = Buffer.from('OK');

/**
 * A reply as Upstash's REST API writes it, as pieces of JSON: of texts in base64 the reply OK alone is left as it is, as their clients
 * expect.
 * @param reply with texts as bytes
 */
export function* replyJson(reply: unknown, encoding: TextEncoding): Generator<string> {
  if (encoding === 'base64' && Buffer.isBuffer(reply) && reply.equals(OK)) yield '"OK"';
  else yield* encoded(reply, encoding);
}

function* encoded(reply: unknown, encoding: TextEncoding): Generator<string> {
  if (!Array.isArray(reply)) {
    yield JSON.stringify(simple(reply, encoding));
    return;
  }
  let before = '[';
  for (const item of reply as readonly unknown[]) {
    if (Array.isArray(item)) {
      yield before;
      yield* encoded(item, encoding);
    } else yield `${before}${JSON.stringify(simple(item, encoding))}`;
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function simple(reply: unknown, encoding: TextEncoding): string | number | null {
  if (Buffer.isBuffer(reply)) return reply.toString(encoding);
  if (typeof reply === 'string') return Buffer.from(reply, 'utf8').toString(encoding);
  if (typeof reply === 'number') return reply;
  if (reply instanceof Error) return Buffer.from(reply.message, 'utf8').toString(encoding);
  return null;
}

/** The same of a reply as an engine keeps it, in RESP2. */
export function* engineReplyJson(reply: Reply, encoding: TextEncoding): Generator<string> {
  if (encoding === 'base64' && reply instanceof Status && reply.text === 'OK') yield '"OK"';
  else yield* encodedReply(reply, encoding);
}

function* encodedReply(reply: Reply, encoding: TextEncoding): Generator<string> {
  const items = itemsOf(reply);
  if (items === undefined) {
    yield simpleReply(reply, encoding);
    return;
  }
  let before = '[';
  for (const item of items) {
    // Most are texts, and need no generator of their own.
    if (typeof item === 'string') yield before + textJson(item, encoding);
    else {
      yield before;
      yield* encodedReply(item, encoding);
    }
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function itemsOf(reply: Reply): readonly Reply[] | undefined {
  if (typeof reply !== 'object' || reply === null) return undefined;
  if (Array.isArray(reply)) return reply as readonly Reply[];
  if (reply instanceof MapReply) return reply.entries;
  return reply instanceof SetReply || reply instanceof PushReply ? reply.items : undefined;
}

/** @param bytes one character per byte */
function textJson(bytes: string, encoding: TextEncoding): string {
  return JSON.stringify(Buffer.from(bytes, 'latin1').toString(encoding));
}

/** A reply that is no list. */
function simpleReply(reply: Reply, encoding: TextEncoding): string {
  if (typeof reply === 'string') return textJson(reply, encoding);
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (reply === null || reply instanceof NullArray) return 'null';
  if (reply instanceof BooleanReply) return reply.value ? '1' : '0';
  if (reply instanceof BigNumberReply) return textJson(reply.digits, encoding);
  if (reply instanceof AttributeReply) return simpleReply(reply.reply, encoding);
  return textJson((reply as { readonly text: string }).text, encoding); // all others have one
}
