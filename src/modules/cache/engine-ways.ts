import type { Redis } from 'ioredis';

/** A command line. */
export type CommandLine = readonly [name: string, ...args: (string | Buffer)[]];

/** A key's value and deadline. */
export interface KeyContent {
  /** Type byte and body, as DUMP has them before its footer. */
  readonly body: Buffer;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
}

/** A walk through the keys that were there when it began, each of them once. */
export interface KeyWalk {
  readonly isOver: boolean;
  /** The names of the next ones, that have gone included; they are passed. */
  names(count: number): string[];
}

/** The next keys of a walk. */
export interface KeyPage {
  readonly items: readonly (KeyContent & { readonly kind: 'value'; readonly db: number; readonly key: string })[];
  /** After them comes a key that takes more memory than was said, and how many bytes. */
  readonly big?: { readonly name: string; readonly bytes: number };
}

/** Which keys a page has. */
export interface PageOptions {
  /** The database, as the items are to say. */
  readonly db: number;
  /** Which keys; undefined = all. */
  readonly matches?: ((key: string) => boolean) | undefined;
  /** As many of them at most. */
  readonly keys: number;
  /** Bytes of memory; a key that takes more is only named. */
  readonly bigBytes: number;
}

/** Reads many keys of the selected database at once, past the commands. */
export interface KeyReader {
  /** Bytes of memory that each takes; 0 of those that are not there. */
  sizes(names: readonly string[]): number[];
  contents(names: readonly string[]): (KeyContent | undefined)[];
  walk(): KeyWalk;
  /** What a walk comes to next, as it is now. */
  page(walk: KeyWalk, options: PageOptions): KeyPage;
}

/** A key to be written. */
export interface KeyToWrite extends KeyContent {
  readonly key: string;
  /** Seconds without use. */
  readonly idle?: number | undefined;
  /** How often it was used, 0 to 255. */
  readonly frequency?: number | undefined;
}

/** Writes many keys of the selected database at once, past the commands, as RESTORE would. */
export interface KeyWriter {
  /** @param replaces whether what is there may go @returns of each what is said against it; undefined when it was written */
  write(keys: readonly KeyToWrite[], replaces: boolean): (string | undefined)[];
}

/** The ways to the engine that a client in its process has beyond ioredis' own. */
export interface EngineWays {
  /** See `answersInProcess`. */
  answers(lines: readonly CommandLine[]): Promise<unknown[]> | undefined;
  /** See `keyReaderOf`. */
  keyReader(): KeyReader | undefined;
  /** See `keyWriterOf`. */
  keyWriter(): KeyWriter | undefined;
  /** See `replyInProcess`. */
  reply(line: CommandLine): Promise<EngineAnswer> | undefined;
  /** See `transactionInProcess`. */
  transaction(lines: readonly CommandLine[]): Promise<EngineAnswer> | undefined;
}

/** Told what a reply consists of, in order; texts have one character per byte. */
export interface ReplyVisitor {
  text(bytes: string): void;
  /** A simple text, as `OK`. */
  status(text: string): void;
  number(value: number | bigint): void;
  nothing(): void;
  /** A list begins. */
  begin(): void;
  /** It ends. */
  end(): void;
}

/** A reply as an engine keeps it: whoever reads it needs no copy. */
export interface OwnReply {
  /** What it says, if it is an error. */
  readonly error: string | undefined;
  /** Bytes, roughly. */
  readonly size: number;
  /** Of a list its items, which may be errors. */
  items(): readonly OwnReply[] | undefined;
  visit(visitor: ReplyVisitor): void;
}

/** What an engine answered; or what ioredis made of a reply that came as bytes. */
export type EngineAnswer = { readonly reply: OwnReply } | { readonly value: unknown };

/** Under this name such a client has them; they are asked for each time, as its connection may change. */
export const ENGINE_WAYS = Symbol('engine ways');

interface InProcess {
  [ENGINE_WAYS]?(): EngineWays | undefined;
}

/**
 * Runs commands that go together on an engine in this process, without an object and a promise of ioredis for each of them.
 * @returns the replies in order, texts as bytes, errors of the engine (`ReplyError`) among them; undefined when the client's commands take
 * another way: it is one of a server, or in the middle of something
 */
export function answersInProcess(client: Redis, lines: readonly CommandLine[]): Promise<unknown[]> | undefined {
  return (client as InProcess)[ENGINE_WAYS]?.()?.answers(lines);
}

/**
 * Reads keys of an engine in this process; names have one character per byte. Good until others have their turn.
 * @returns undefined when commands have to be asked: the client is one of a server, or they would not be answered at once
 */
export function keyReaderOf(client: Redis): KeyReader | undefined {
  return (client as InProcess)[ENGINE_WAYS]?.()?.keyReader();
}

/** Writes keys to an engine in this process; otherwise as `keyReaderOf`. */
export function keyWriterOf(client: Redis): KeyWriter | undefined {
  return (client as InProcess)[ENGINE_WAYS]?.()?.keyWriter();
}

/**
 * Runs a command on an engine in this process. What it answers is not turned into a client's values, which take many times as much
 * of V8's heap.
 * @returns rejects with errors of ioredis; undefined as `answersInProcess`
 */
export function replyInProcess(client: Redis, line: CommandLine): Promise<EngineAnswer> | undefined {
  return (client as InProcess)[ENGINE_WAYS]?.()?.reply(line);
}

/** The same of a transaction: what EXEC answers. */
export function transactionInProcess(client: Redis, lines: readonly CommandLine[]): Promise<EngineAnswer> | undefined {
  return (client as InProcess)[ENGINE_WAYS]?.()?.transaction(lines);
}

/** Whether a client is one of an engine in this process. */
export function isInProcess(client: Redis): boolean {
  return (client as InProcess)[ENGINE_WAYS] !== undefined;
}
