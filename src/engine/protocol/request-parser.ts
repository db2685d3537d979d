import { ErrorReply } from './reply';

/** A command line as it came in: name and arguments, one byte per character. */
export interface Request {
  readonly name: string;
  readonly args: string[];
  /** There was no room for its arguments: they were read, and are not here. */
  readonly refused: boolean;
}

/** What the parser needs to know of the configuration, asked anew each time: CONFIG SET may change it. */
export interface RequestLimits {
  /** Longest argument in bytes (`proto-max-bulk-len`). */
  readonly maxBulkLength: number;
  /** Whether the client has authenticated; strangers get small limits. */
  readonly authenticated: boolean;
  /** Bytes that arguments may still take. */
  readonly room: number;
  /** Bytes that an argument of so many takes. */
  heapBytes(length: number): number;
}

/** The peer does not speak RESP; the connection has to be closed after the error was sent. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /** What the peer is told of it. */
  get reply(): ErrorReply {
    return new ErrorReply(`ERR Protocol error: ${this.message}`);
  }
}

const CR = 13;
const LF = 10;
const STAR = 42;
const DOLLAR = 36;
const ZERO = 48;
/** Longest inline command and longest length line, as in Redis (PROTO_INLINE_MAX_SIZE). */
const MAX_LINE = 65_536;
const MAX_ARGUMENTS = 2_147_483_647;
const STRANGER_ARGUMENTS = 10;
const STRANGER_BULK = 16_384;
/** Whether there is room is asked anew after so many bytes of arguments, their strings' headers included. */
const BYTES_BETWEEN_LOOKS = 65_536;
const STRING_BYTES = 32;

/** In the place of those of a command that was handed out: never filled, the next one brings its own. */
const NO_ARGUMENTS: string[] = [];
const NO_BYTES = Buffer.alloc(0);

/**
 * Cuts the byte stream of a client into commands: RESP arrays of bulk strings, and inline commands. Bytes of an
 * unfinished command are kept; every argument is copied out of the network chunk, so that no value keeps one alive. Of a command
 * that was handed out nothing is kept: a client may do nothing for days.
 */
export class RequestParser {
  #chunks: Buffer[] = [];
  #buffer: Buffer = NO_BYTES;
  #at = 0;
  /** Bytes in `#chunks` not yet joined to `#buffer`. */
  #waiting = 0;
  /** Bytes that must be there before parsing can go on; saves joining chunks of a long argument again and again. */
  #needed = 0;
  #left = 0;
  /** Of the command being read, from when it is there. */
  #name: string | undefined;
  #args: string[] = [];
  #bulkLength = -1;
  #received = 0;
  /** Bytes that had been parsed when the last command began. */
  #startedAt = 0;
  /** Bytes of the last command. */
  requestBytes = 0;
  /** Bytes of the arguments read so far of the command being read. */
  #heldBytes = 0;
  /** What those take as strings. */
  #heapBytes = 0;
  /** What they may grow to before the room is asked for again. */
  #grantedBytes = BYTES_BETWEEN_LOOKS;
  #refused = false;

  constructor(private readonly limits: RequestLimits) {}

  /** Bytes that were received and not yet parsed. */
  get buffered(): number {
    return this.#buffer.length - this.#at + this.#waiting;
  }

  /** Of the command being read: its arguments that are there. */
  get held(): { readonly count: number; readonly bytes: number; readonly heapBytes: number } {
    if (this.#left === 0 || this.#name === undefined) return { count: 0, bytes: 0, heapBytes: 0 };
    return { count: this.#args.length + 1, bytes: this.#heldBytes, heapBytes: this.#heapBytes };
  }

  push(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#at === this.#buffer.length && this.#chunks.length === 0) {
      this.#buffer = chunk;
      this.#at = 0;
      return;
    }
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  /** The next complete command, undefined when more bytes are needed. @throws ProtocolError */
  next(): Request | undefined {
    const request = this.#next();
    if (request === undefined) return undefined;
    const parsed = this.#received - this.buffered;
    this.requestBytes = parsed - this.#startedAt;
    this.#startedAt = parsed;
    if (this.#at === this.#buffer.length) {
      this.#buffer = NO_BYTES;
      this.#at = 0;
    }
    return request;
  }

  /** Nothing more will be asked for: keeps nothing. */
  forget(): void {
    this.#buffer = NO_BYTES;
    this.#at = 0;
    this.#chunks = [];
    this.#waiting = 0;
    this.#left = 0;
    this.#args = [];
  }

  #next(): Request | undefined {
    this.#join();
    for (;;) {
      if (this.buffered < this.#needed || this.#at >= this.#buffer.length) return undefined;
      if (this.#left > 0) return this.#readArguments();
      if (this.#buffer[this.#at] !== STAR) {
        const request = this.#readInline();
        if (request === undefined) return undefined;
        if (request.name !== '' || request.args.length > 0) return request;
        continue;
      }
      if (!this.#readArrayHeader()) return undefined;
    }
  }

  #join(): void {
    if (this.#chunks.length === 0 || this.buffered < this.#needed) return;
    const rest = this.#buffer.subarray(this.#at);
    this.#buffer =
      rest.length === 0 && this.#chunks.length === 1
        ? (this.#chunks[0] ?? rest)
        : Buffer.concat([rest, ...this.#chunks]);
    this.#at = 0;
    this.#chunks = [];
    this.#waiting = 0;
  }

  /** @returns whether a header was read; an empty array is skipped, as Redis does */
  #readArrayHeader(): boolean {
    const line = this.#line('too big mbulk count string');
    if (line === undefined) return false;
    const count = strictInteger(line.slice(1));
    if (count === undefined || count > MAX_ARGUMENTS) throw new ProtocolError('invalid multibulk length');
    if (count > STRANGER_ARGUMENTS && !this.limits.authenticated)
      throw new ProtocolError('unauthenticated multibulk length');
    this.#left = Math.max(count, 0);
    this.#name = undefined;
    this.#args = [];
    this.#heldBytes = 0;
    this.#heapBytes = 0;
    this.#grantedBytes = BYTES_BETWEEN_LOOKS;
    this.#refused = false;
    return true;
  }

  #readArguments(): Request | undefined {
    while (this.#left > 0) {
      if (this.#bulkLength < 0 && !this.#readBulkHeader()) return undefined;
      const end = this.#at + this.#bulkLength;
      if (end + 2 > this.#buffer.length) {
        this.#needed = this.#bulkLength + 2;
        return undefined;
      }
      this.#keep(end);
      this.#at = end + 2;
      this.#needed = 0;
      this.#bulkLength = -1;
      this.#left -= 1;
    }
    const args = this.#args;
    this.#args = NO_ARGUMENTS;
    return { name: this.#name ?? '', args, refused: this.#refused };
  }

  /** Keeps the argument that ends at `end`, if there is room for it. */
  #keep(end: number): void {
    this.#heldBytes += this.#bulkLength;
    this.#heapBytes += this.limits.heapBytes(this.#bulkLength) + STRING_BYTES;
    if (this.#heapBytes > this.#grantedBytes) this.#askForRoom(this.#heapBytes);
    const part = this.#refused ? '' : this.#buffer.latin1Slice(this.#at, end);
    if (this.#name === undefined) this.#name = part;
    else if (!this.#refused) this.#args.push(part);
  }

  #askForRoom(bytes: number): void {
    this.#grantedBytes = bytes + BYTES_BETWEEN_LOOKS;
    if (bytes <= this.limits.room) return;
    this.#refused = true;
    this.#args = [];
    this.#heldBytes = 0;
    this.#heapBytes = 0;
  }

  #readBulkHeader(): boolean {
    if (this.#at >= this.#buffer.length) return false;
    this.#bulkLength = this.#readShortLength();
    if (this.#bulkLength >= 0) return true;
    const line = this.#line('too big bulk count string');
    if (line === undefined) return false;
    if (line.charCodeAt(0) !== DOLLAR) throw new ProtocolError(`expected '$', got '${line.charAt(0)}'`);
    const length = strictInteger(line.slice(1));
    if (length === undefined || length < 0 || length > this.limits.maxBulkLength)
      throw new ProtocolError('invalid bulk length');
    if (length > STRANGER_BULK && !this.limits.authenticated) throw new ProtocolError('unauthenticated bulk length');
    this.#bulkLength = length;
    return true;
  }

  /** Reads a whole line of `$` and up to four digits, which no limit forbids. @returns -1 when there is another one */
  #readShortLength(): number {
    const buffer = this.#buffer;
    if (buffer[this.#at] !== DOLLAR) return -1;
    const first = this.#at + 1;
    let at = first;
    let length = 0;
    for (let digit = (buffer[at] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (buffer[++at] ?? 0) - ZERO)
      length = length * 10 + digit;
    const digits = at - first;
    const isPlain = digits === 1 || (digits > 1 && digits <= 4 && buffer[first] !== ZERO);
    if (!isPlain || buffer[at] !== CR || at + 1 >= buffer.length) return -1;
    this.#at = at + 2;
    return length;
  }

  /** The text up to the next CR LF, which is consumed. @throws ProtocolError when the line grows too long */
  #line(tooLong: string): string | undefined {
    const end = this.#buffer.indexOf(CR, this.#at);
    if (end < 0) {
      if (this.#buffer.length - this.#at > MAX_LINE) throw new ProtocolError(tooLong);
      return undefined;
    }
    if (end + 1 >= this.#buffer.length) return undefined;
    const line = this.#buffer.latin1Slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #readInline(): Request | undefined {
    const end = this.#buffer.indexOf(LF, this.#at);
    // Redis looks for the line's end as C does, so a NUL hides it.
    const hidden = end >= 0 && this.#buffer.subarray(this.#at, end).includes(0);
    if (end < 0 || hidden) {
      if (this.#buffer.length - this.#at > MAX_LINE) throw new ProtocolError('too big inline request');
      return undefined;
    }
    const stop = end > this.#at && this.#buffer[end - 1] === CR ? end - 1 : end;
    const words = splitWords(this.#buffer.latin1Slice(this.#at, stop));
    if (words === undefined) throw new ProtocolError('unbalanced quotes in request');
    this.#at = end + 1;
    const [name, ...args] = words;
    return { name: name ?? '', args, refused: false };
  }
}

/** A decimal integer without frills, as Redis reads lengths. */
function strictInteger(text: string): number | undefined {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? Number(text) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** Splits an inline command as Redis' sdssplitargs: words, 'single' and "double" quotes with escapes. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line.charCodeAt(at))) at += 1;
    if (at >= line.length || line[at] === '\0') return words;
    let word = '';
    while (at < line.length && !isSpace(line.charCodeAt(at)) && line[at] !== '\0') {
      const quote = line[at];
      if (quote !== '"' && quote !== "'") {
        word += quote ?? '';
        at += 1;
        continue;
      }
      const quoted = quote === '"' ? readDouble(line, at + 1) : readSingle(line, at + 1);
      if (quoted === undefined) return undefined;
      word += quoted.text;
      at = quoted.end;
      if (at < line.length && !isSpace(line.charCodeAt(at))) return undefined;
    }
    words.push(word);
  }
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

interface Quoted {
  readonly text: string;
  /** Position after the closing quote. */
  readonly end: number;
}

function readDouble(line: string, start: number): Quoted | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === '"') return { text, end: at + 1 };
    if (char !== '\\' || at + 1 >= line.length) {
      text += char;
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4));
    if (hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[1] ?? '', 16));
      at += 3;
    } else {
      at += 1;
      const escaped = line[at] ?? '';
      text += ESCAPES[escaped] ?? escaped;
    }
  }
  return undefined;
}

function readSingle(line: string, start: number): Quoted | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    if (line[at] === "'") return { text, end: at + 1 };
    if (line[at] === '\\' && line[at + 1] === "'") at += 1;
    text += line[at] ?? '';
  }
  return undefined;
}
