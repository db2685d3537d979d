import type { Redis } from 'ioredis';

/** A command line. */
export type CommandLine = readonly [name: string, ...args: (string | Buffer)[]];

/** What clients of an engine in this process have beyond ioredis' own. */
export const ANSWER = Symbol('answer');

interface Answering {
  [ANSWER]?(lines: readonly CommandLine[]): Promise<unknown[]> | undefined;
}

/**
 * Runs commands that go together on an engine in this process, without an object and a promise of ioredis for each of them.
 * @returns the replies in order, texts as bytes, errors of the engine (`ReplyError`) among them; undefined when the client's commands take
 * another way: it is one of a server, or in the middle of something
 */
export function answersInProcess(client: Redis, lines: readonly CommandLine[]): Promise<unknown[]> | undefined {
  return (client as Answering)[ANSWER]?.(lines);
}
