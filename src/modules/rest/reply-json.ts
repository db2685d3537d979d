import type { ReplyVisitor } from '../cache';

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

/** Writes the same of a reply as an engine keeps it. */
export class OwnReplyJson implements ReplyVisitor {
  /** What stands before the next item of a list. */
  #before = '';
  /** How many lists have begun and not ended. */
  #depth = 0;

  /** @param write takes pieces of JSON */
  constructor(
    private readonly encoding: TextEncoding,
    private readonly write: (json: string) => void,
  ) {}

  text(bytes: string): void {
    this.#item(JSON.stringify(Buffer.from(bytes, 'latin1').toString(this.encoding)));
  }

  status(text: string): void {
    if (text === 'OK' && this.#depth === 0) this.#item('"OK"');
    else this.text(text);
  }

  number(value: number | bigint): void {
    this.#item(String(value));
  }

  nothing(): void {
    this.#item('null');
  }

  begin(): void {
    this.write(`${this.#before}[`);
    this.#before = '';
    this.#depth += 1;
  }

  end(): void {
    this.write(']');
    this.#before = ',';
    this.#depth -= 1;
  }

  #item(json: string): void {
    this.write(this.#before + json);
    this.#before = ',';
  }
}
