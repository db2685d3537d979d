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
} from '../../../engine';

/** What ioredis' own parser would have made of a reply. Strings only where ioredis would decode them anyway. */
export type ClientValue = string | number | Buffer | null | Error | ClientValue[];

/** How one command wants its reply. */
export interface ReplyForm {
  /** ioredis decodes bulk strings as UTF-8: ASCII may be handed over as it is. */
  readonly text: boolean;
  /** ioredis' `stringNumbers`. */
  readonly stringNumbers: boolean;
  readonly ReplyError: new (message: string) => Error;
}

/** ioredis 6 adds the code of the last digit before it takes 48 away: up to here it loses nothing by that. */
const LARGEST_PARSED_EXACTLY = Number.MAX_SAFE_INTEGER - 64;

/** A reply only ioredis' parser can convert: each version rounds integers beyond 2^53 in its own way. */
export const FOR_PARSER = Symbol('for the parser');

/** Converts a RESP2 reply. */
export function toClientValue(reply: Reply, form: ReplyForm): ClientValue | typeof FOR_PARSER {
  if (typeof reply === 'string') return bulk(reply, form);
  if (typeof reply === 'number') return number(reply, form);
  if (reply === null) return null;
  if (reply instanceof Status) return bulk(reply.text, form);
  if (Array.isArray(reply)) return items(reply as readonly Reply[], form);
  return special(reply as Exclude<Reply, readonly Reply[]>, form);
}

function number(reply: number, { stringNumbers }: ReplyForm): ClientValue | typeof FOR_PARSER {
  if (stringNumbers) return String(reply);
  return Math.abs(reply) > LARGEST_PARSED_EXACTLY ? FOR_PARSER : reply;
}

/** Whether a RESP3 reply looks to ioredis just as it would in RESP2: only then its parser may be bypassed. */
export function isPlain(reply: Reply): boolean {
  if (!Array.isArray(reply)) return isScalar(reply);
  for (const item of reply as readonly Reply[]) if (!isScalar(item) || item instanceof ErrorReply) return false;
  return true;
}

function isScalar(reply: Reply): boolean {
  return (
    typeof reply === 'string' ||
    typeof reply === 'number' ||
    reply === null ||
    reply instanceof Status ||
    reply instanceof ErrorReply
  );
}

function bulk(bytes: string, form: ReplyForm): string | Buffer {
  // The byte length of a latin1 string in UTF-8 equals its length only when it is ASCII.
  return form.text && Buffer.byteLength(bytes) === bytes.length ? bytes : Buffer.from(bytes, 'latin1');
}

function items(replies: readonly Reply[], form: ReplyForm): ClientValue[] | typeof FOR_PARSER {
  const values = new Array<ClientValue>(replies.length);
  for (let i = 0; i < replies.length; i++) {
    const value = toClientValue(replies[i] ?? null, form);
    if (value === FOR_PARSER) return FOR_PARSER;
    values[i] = value;
  }
  return values;
}

function special(reply: Exclude<Reply, readonly Reply[]>, form: ReplyForm): ClientValue | typeof FOR_PARSER {
  if (reply instanceof ErrorReply) return new form.ReplyError(Buffer.from(reply.text, 'latin1').toString());
  if (reply instanceof NullArray) return null;
  if (reply instanceof MapReply) return items(reply.entries, form);
  if (reply instanceof SetReply || reply instanceof PushReply) return items(reply.items, form);
  if (reply instanceof BooleanReply) return toClientValue(reply.value ? 1 : 0, form);
  if (typeof reply === 'bigint') return form.stringNumbers ? String(reply) : FOR_PARSER;
  if (reply instanceof BigNumberReply) return bulk(reply.digits, form);
  if (reply instanceof AttributeReply) return toClientValue(reply.reply, form);
  if (reply instanceof DoubleReply) return bulk(reply.text, form);
  return bulk((reply as { readonly text: string }).text, form); // verbatim: all that is left
}
