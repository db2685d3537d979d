import type { Redis } from 'ioredis';

/** A command line. */
export type CommandLine = readonly [name: string, ...args: (string | Buffer)[]];

/** Reads many keys of the selected database at once, past the commands. */
export interface KeyReader {
  /** Bytes of memory that each takes; 0 of those that are not there. */
  sizes(names: readonly string[]): number[];
  /** Type byte and body of each value, as DUMP has them before its footer, and its deadline, milliseconds since the epoch, 0 = never. */
  contents(names: readonly string[]): ({ readonly body: Buffer; readonly expireAt: number } | undefined)[];
}

/** The ways to the engine that a client in its process has beyond ioredis' own. */
export interface EngineWays {
  /** See `answersInProcess`. */
  answers(lines: readonly CommandLine[]): Promise<unknown[]> | undefined;
  /** See `keyReaderOf`. */
  keyReader(): KeyReader | undefined;
}

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
