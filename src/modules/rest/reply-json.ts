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
