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
  | PushReply;

/** A simple string (`+OK`). */
export class Status {
  constructor(readonly text: string) {}
}

/** An error as the wire carries it, code word first (`ERR ...`, `WRONGTYPE ...`). A value, not an exception. */
export class ErrorReply {
  constructor(readonly text: string) {}
}

/** The null array of RESP2 (`*-1`), RESP3's null. */
export class NullArray {
  static readonly instance = new NullArray();
}

/** A map in RESP3; in RESP2 the flat array of its pairs. `entries` alternates key and value. */
export class MapReply {
  constructor(readonly entries: readonly Reply[]) {}
}

/** A set in RESP3; in RESP2 an array. */
export class SetReply {
  constructor(readonly items: readonly Reply[]) {}
}

/** A double in RESP3; in RESP2 the bulk string `text`. */
export class DoubleReply {
  constructor(
    readonly value: number,
    readonly text: string,
  ) {}
}

/** `#t`/`#f` in RESP3; 1/0 in RESP2. */
export class BooleanReply {
  constructor(readonly value: boolean) {}
}

/** A verbatim string in RESP3 (`format` has three letters); a bulk string in RESP2. */
export class VerbatimReply {
  constructor(
    readonly format: string,
    readonly text: string,
  ) {}
}

/** A big number in RESP3, digits only; a bulk string in RESP2. */
export class BigNumberReply {
  constructor(readonly digits: string) {}
}

/** Out-of-band data in RESP3; in RESP2 an array. */
export class PushReply {
  constructor(readonly items: readonly Reply[]) {}
}

export const OK = new Status('OK');
export const QUEUED = new Status('QUEUED');
export const PONG = new Status('PONG');
export const NULL_ARRAY = NullArray.instance;
