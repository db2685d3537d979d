/**
 * Reply values: what a command answers, before any client or wire format is known.
 *
 * | value            | means                                                          |
 * |------------------|----------------------------------------------------------------|
 * | `string`         | bulk string; one byte per character (latin1)                   |
 * | `number`/`bigint`| integer                                                        |
 * | `null`           | null bulk string (RESP3 null)                                  |
 * | `Reply[]`        | array                                                          |
 * | the classes below| everything with a type of its own                              |
 *
 * The private `kind` exists for the type checker only: it keeps classes of the same shape apart.
 */
export type Reply =
  | string
  | number
  | bigint
  | null
  | readonly Reply[]
  | Status
  | ErrorReply
  | NullArray
  | MapReply
  | SetReply
  | DoubleReply
  | BooleanReply
  | VerbatimReply
  | BigNumberReply
  | AttributeReply
  | PushReply;

/** A simple string (`+OK`). */
export class Status {
  declare private readonly kind: 'status';
  constructor(readonly text: string) {}
}

/** An error as the wire carries it, code word first (`ERR ...`, `WRONGTYPE ...`). A value, not an exception. */
export class ErrorReply {
  declare private readonly kind: 'error';
  readonly text: string;

  /**
   * @param text what clients wrote may stand in it: a line break would end the reply, so that they become spaces
   * @param counted whether the statistics know of it: a script passes on the error of a command it ran
   */
  constructor(
    text: string,
    readonly counted = false,
  ) {
    this.text = /[\r\n]/.test(text) ? oneLine(text) : text;
  }
}

/** The text without line breaks: as in Redis those at its end are left out, others become spaces. */
function oneLine(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  if (end < LONG_LINE) return text.slice(0, end).replace(/[\r\n]/g, ' ');
  // The places of all line breaks of a long text take many times its memory, and much time. It is bytes: a client's.
  const bytes = Buffer.from(text.slice(0, end), 'latin1');
  for (let i = 0; i < end; i++) if (bytes[i] === CARRIAGE_RETURN || bytes[i] === LINE_FEED) bytes[i] = BLANK;
  return bytes.toString('latin1');
}

const LONG_LINE = 65_536;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const BLANK = 32;

/** The null array of RESP2 (`*-1`), RESP3's null. */
export class NullArray {
  declare private readonly kind: 'null array';
  static readonly instance = new NullArray();
}

/** What a text or a number says; empty for anything else. */
export function plainText(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}

/** A map in RESP3; in RESP2 the flat array of its pairs. `entries` alternates key and value. */
export class MapReply {
  declare private readonly kind: 'map';
  constructor(readonly entries: readonly Reply[]) {}
}

/** A set in RESP3; in RESP2 an array. */
export class SetReply {
  declare private readonly kind: 'set';
  constructor(readonly items: readonly Reply[]) {}
}

/** A double in RESP3; in RESP2 the bulk string `text`. */
export class DoubleReply {
  declare private readonly kind: 'double';
  constructor(
    readonly value: number,
    readonly text: string,
  ) {}
}

/** `#t`/`#f` in RESP3; 1/0 in RESP2. */
export class BooleanReply {
  declare private readonly kind: 'boolean';
  constructor(readonly value: boolean) {}
}

/** A verbatim string in RESP3 (`format` has three letters); a bulk string in RESP2. */
export class VerbatimReply {
  declare private readonly kind: 'verbatim';
  constructor(
    readonly format: string,
    readonly text: string,
  ) {}
}

/** A big number in RESP3, digits only; a bulk string in RESP2. */
export class BigNumberReply {
  declare private readonly kind: 'big number';
  constructor(readonly digits: string) {}
}

/** A reply with attributes in front of it in RESP3; in RESP2 the reply alone. `attributes` alternates name and value. */
export class AttributeReply {
  declare private readonly kind: 'attribute';
  constructor(
    readonly attributes: readonly Reply[],
    readonly reply: Reply,
  ) {}
}

/** Out-of-band data in RESP3; in RESP2 an array. */
export class PushReply {
  declare private readonly kind: 'push';
  constructor(readonly items: readonly Reply[]) {}
}

/** Replies that never change. */
export const OK = new Status('OK');
export const QUEUED = new Status('QUEUED');
export const PONG = new Status('PONG');
export const NULL_ARRAY = NullArray.instance;

/** What a list consists of, of whatever type it is; of maps names and values in turn. Undefined for all that is no list. */
export function itemsOf(reply: Reply): readonly Reply[] | undefined {
  if (typeof reply !== 'object' || reply === null) return undefined;
  if (Array.isArray(reply)) return reply as readonly Reply[];
  if (reply instanceof MapReply) return reply.entries;
  return reply instanceof SetReply || reply instanceof PushReply ? reply.items : undefined;
}
