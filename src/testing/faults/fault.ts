import { commandHasFlag } from '../../engine';

interface KnownError {
  readonly text: string;
  readonly commands: 'all' | 'evalsha' | 'write' | 'denyoom';
}

/** Errors of Redis that have a name here: their texts, and which commands can get them. */
const KNOWN_ERRORS = {
  LOADING: { text: 'LOADING Redis is loading the dataset in memory', commands: 'all' },
  READONLY: { text: "READONLY You can't write against a read only replica.", commands: 'write' },
  OOM: { text: "OOM command not allowed when used memory > 'maxmemory'.", commands: 'denyoom' },
  NOSCRIPT: { text: 'NOSCRIPT No matching script. Please use EVAL.', commands: 'evalsha' },
  BUSY: {
    text: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    commands: 'all',
  },
  CLUSTERDOWN: { text: 'CLUSTERDOWN The cluster is down', commands: 'all' },
  TRYAGAIN: { text: 'TRYAGAIN Multiple keys request during rehashing of slot', commands: 'all' },
} as const satisfies Record<string, KnownError>;

/** An error by its name, or the whole text of another: `'ERR something broke'`. */
export type FaultError = keyof typeof KNOWN_ERRORS | (string & {});

/** Which commands a fault strikes. Without anything: each one that can get it. */
export interface FaultTarget {
  /** Only these, whatever their arguments. Default: all that can get the fault, but those that set up a connection. */
  readonly commands?: readonly string[];
  /** Lets so many of them pass first. Default 0. */
  readonly after?: number;
  /** Strikes one in so many: the first, and every n-th from there. Default 1. */
  readonly every?: number;
  /** Strikes so many times, then never again. Default: always. */
  readonly times?: number;
}

/** What a fault does. */
export type FaultEffect =
  | { readonly kind: 'fail'; readonly text: string }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'disconnect'; readonly runs: boolean };

/** A fault that was injected. */
export interface Fault {
  /** How many commands it struck so far. */
  readonly struck: number;
  /** Ends it. */
  remove(): void;
}

/** How clients set up and end a connection: spared unless named, or nobody could come back after a fault. */
const CONNECTION_SETUP = new Set(['auth', 'client', 'hello', 'info', 'quit', 'readonly', 'select']);

/** One fault: counts the commands that could get it, and says which do. */
export class ActiveFault implements Fault {
  struck = 0;
  readonly #named: ReadonlySet<string> | undefined;
  #seen = 0;

  constructor(
    readonly effect: FaultEffect,
    private readonly target: FaultTarget,
    private readonly canStrike: (command: string) => boolean,
    private readonly onRemove: (fault: ActiveFault) => void,
  ) {
    this.#named = target.commands && new Set(target.commands.map((name) => name.toLowerCase()));
  }

  remove(): void {
    this.onRemove(this);
  }

  /** @param command in lower case */
  strikes(command: string): boolean {
    const { after = 0, every = 1, times = Infinity } = this.target;
    const concerned = this.#named?.has(command) ?? (!CONNECTION_SETUP.has(command) && this.canStrike(command));
    if (!concerned || this.struck >= times) return false;
    const position = this.#seen++ - after;
    if (position < 0 || position % every !== 0) return false;
    this.struck += 1;
    return true;
  }
}

/** What an error says, and which commands can get it by nature. */
export function describeError(error: FaultError): { text: string; canStrike: (command: string) => boolean } {
  const known = (KNOWN_ERRORS as Partial<Record<string, KnownError>>)[error];
  if (known === undefined) return { text: error, canStrike: () => true };
  const { text, commands } = known;
  if (commands === 'all') return { text, canStrike: () => true };
  if (commands === 'evalsha') return { text, canStrike: (command) => command.startsWith('evalsha') };
  return { text, canStrike: (command) => commandHasFlag(command, commands) };
}
