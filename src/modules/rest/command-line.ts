/** A command with its arguments, as texts or bytes. */
export type CommandLine = readonly [name: string, ...args: (string | Buffer)[]];

/** Why a request is no command. */
export class RestProblem extends Error {
  constructor(
    message: string,
    readonly status = 400,
    code = 'ERR',
  ) {
    super(`${code} ${message}`);
  }
}

/** What a connection that everybody shares must not be told: it would change it for all, or has no single reply. */
const OF_A_CONNECTION: ReadonlySet<string> = new Set(
  'AUTH HELLO SELECT QUIT RESET MULTI EXEC DISCARD WATCH UNWATCH SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR SYNC PSYNC REPLCONF CLIENT ASKING READONLY READWRITE'.split(
    ' ',
  ),
);

/** Commands that may wait, some of them only with the word BLOCK. */
const BLOCKING: ReadonlySet<string> = new Set(
  'BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF'.split(' '),
);
const BLOCKING_BY_WORD: ReadonlySet<string> = new Set(['XREAD', 'XREADGROUP']);

/** The JSON of a command: a list of texts, numbers, true and false. @throws RestProblem */
export function commandLine(value: unknown): CommandLine {
  if (!Array.isArray(value))
    throw new RestProblem('failed to parse command: a command is a list, as ["SET", "key", "value"]');
  const [name, ...args] = value.map(wordOf);
  if (name === undefined || name === '') throw new RestProblem('empty command');
  return [name, ...args];
}

/** The JSON of several. @throws RestProblem */
export function commandLines(value: unknown): CommandLine[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new RestProblem(
      'failed to parse pipeline request: it is a list of commands, as [["GET", "a"], ["GET", "b"]]',
    );
  return value.map(commandLine);
}

/** A command in a path, as `/set/key`: the body, if there is one, is its next argument, what the query says the rest. @throws RestProblem */
export function pathLine(url: URL, body: Buffer): CommandLine {
  const [name = '', ...args] = url.pathname.split('/').slice(1).map(decodedWord);
  if (name === '') throw new RestProblem('empty command');
  const query = [...url.searchParams].flatMap(([word, value]) =>
    word === '_token' ? [] : value === '' ? [word] : [word, value],
  );
  return [name, ...args, ...(body.length === 0 ? [] : [body]), ...query];
}

/** Why a command is not run over HTTP, or nothing when it is. */
export function refusalOf([word]: CommandLine): string | undefined {
  const name = word.toUpperCase();
  if (!OF_A_CONNECTION.has(name)) return undefined;
  const remedy = name.endsWith('SUBSCRIBE')
    ? 'ask for /subscribe/<channel> or /psubscribe/<pattern>'
    : 'use /multi-exec for transactions, and a client of Redis for what belongs to a connection';
  return `ERR '${word.slice(0, 50)}' is not available over HTTP: ${remedy}`;
}

/** Whether it may wait for others, so that it needs a connection of its own. */
export function isBlocking([name, ...args]: CommandLine): boolean {
  const upper = name.toUpperCase();
  return (
    BLOCKING.has(upper) || (BLOCKING_BY_WORD.has(upper) && args.some((arg) => String(arg).toUpperCase() === 'BLOCK'))
  );
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new RestProblem(`failed to parse command: ${JSON.stringify(value).slice(0, 50)} is no argument`);
}

/** A part of a path. @throws RestProblem */
export function decodedWord(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RestProblem(`failed to parse command: ${part.slice(0, 50)} in the path is no percent-encoded text`);
  }
}
