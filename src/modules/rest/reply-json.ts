/** What a reply is in JSON. */
export type ReplyJson = string | number | null | readonly ReplyJson[];

/** How texts are written. */
export type TextEncoding = 'utf8' | 'base64';

const OK = Buffer.from('OK');

/**
 * A reply as Upstash's REST API writes it: of texts in base64 the reply OK alone is left as it is, as their clients expect.
 * @param reply with texts as bytes
 */
export function replyJson(reply: unknown, encoding: TextEncoding): ReplyJson {
  if (encoding === 'base64' && Buffer.isBuffer(reply) && reply.equals(OK)) return 'OK';
  return encoded(reply, encoding);
}

function encoded(reply: unknown, encoding: TextEncoding): ReplyJson {
  if (Buffer.isBuffer(reply)) return reply.toString(encoding);
  if (typeof reply === 'string') return Buffer.from(reply, 'utf8').toString(encoding);
  if (typeof reply === 'number') return reply;
  if (Array.isArray(reply)) return reply.map((each) => encoded(each, encoding));
  if (reply instanceof Error) return Buffer.from(reply.message, 'utf8').toString(encoding);
  return null;
}
