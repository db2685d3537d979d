import type { Reply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import type { Block, NoReply } from './answers';
import type { Secrets } from './secrets';

/** Command flags as COMMAND INFO names them, plus Redis' internal ones that decide what the gate checks. */
export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'asking'
  | 'fast'
  | 'no_auth'
  | 'may_replicate'
  | 'no_async_loading'
  | 'no_multi'
  | 'movablekeys'
  | 'allow_busy'
  | 'no_mandatory_keys';

/** The groups of commands, as COMMAND DOCS names them. */
export type CommandGroup =
  | 'string'
  | 'hash'
  | 'list'
  | 'set'
  | 'sorted-set'
  | 'stream'
  | 'bitmap'
  | 'hyperloglog'
  | 'geo'
  | 'generic'
  | 'pubsub'
  | 'transactions'
  | 'scripting'
  | 'connection'
  | 'server'
  | 'cluster';

/** How a client finds the keys among the arguments: positions count from 1, the command's name being 0. */
export interface KeySpec {
  /** Access and change flags in COMMAND INFO's words, e.g. `RW ACCESS UPDATE`. */
  readonly flags: string;
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly startFrom: number } | 'unknown';
  readonly find:
    | { readonly lastKey: number; readonly step: number; readonly limit: number }
    | { readonly keyNumIndex: number; readonly firstKey: number; readonly step: number }
    | 'unknown';
  readonly notes?: string;
}

/** A key among the arguments of one call. */
export interface FoundKey {
  /** Counts from 1, the command's name being 0. */
  readonly position: number;
  /** As in `KeySpec`. */
  readonly flags: string;
}

type Tuple<Length extends number, Built extends string[] = []> = Built['length'] extends Length
  ? Built
  : Tuple<Length, [...Built, string]>;
type WithoutName<All extends string[]> = All extends [string, ...infer Rest extends string[]] ? Rest : [];

/**
 * The arguments a command of this arity certainly gets, its name left out. Negative arity means "at least". The first
 * argument of a subcommand is its own name.
 */
export type Args<Arity extends number> = number extends Arity
  ? readonly string[]
  : `${Arity}` extends `-${infer Least extends number}`
    ? readonly [...WithoutName<Tuple<Least>>, ...string[]]
    : Readonly<WithoutName<Tuple<Arity>>>;

/** Which arguments of a command are channels. */
export interface ChannelArguments {
  readonly which: 'first' | 'all';
  /** They are patterns: an ACL must name each as it stands. */
  readonly patterns?: boolean;
}

/** What the gate, COMMAND, COMMAND DOCS and the reference page know about a command. */
export interface CommandMetadata<Arity extends number = number> {
  /** Lower case; a subcommand's own name without its container's. */
  readonly name: string;
  /** Number of arguments including the name (and the container's name); negative: at least so many. */
  readonly arity: Arity;
  readonly flags: readonly CommandFlag[];
  readonly group: CommandGroup;
  readonly since: string;
  readonly summary: string;
  readonly complexity?: string;
  /** ACL categories beyond those that follow from flags and group (`@dangerous`); `-@keyspace` takes the group's away. */
  readonly categories?: readonly string[];
  /** Where the keys are; none for commands without keys. */
  readonly keys?: readonly KeySpec[];
  /**
   * Finds keys that no `keys` entry can describe, or how they are used where that depends on the arguments. A bare
   * number is the position of a key used as the first entry of `keys` says.
   */
  readonly movableKeys?: (args: readonly string[]) => readonly (number | FoundKey)[];
  /** Arguments in Redis' notation, `key [NX | XX] [EX seconds | KEEPTTL]`; what has no small letter is written as it stands. */
  readonly syntax?: string;
  /** What COMMAND INFO calls tips. */
  readonly hints?: readonly string[];
  /** In MULTI it runs at once instead of being queued. */
  readonly runsInMulti?: boolean;
  /** A RESP2 client that listens to channels may still say it. */
  readonly whileSubscribed?: boolean;
  /** Which arguments are channels, for the ACL. */
  readonly channels?: ChannelArguments;
  /** Which arguments no log and no monitor shows. */
  readonly secrets?: Secrets;
  /** It runs a script, which decides whether anything is written. */
  readonly runsScripts?: boolean;
  /** It is about several databases: a cluster has one. */
  readonly spansDatabases?: boolean;
  /** It changes the connection, or may wait: a client in process has to see it go by as bytes. */
  readonly needsConnection?: boolean;
  /** What was otherwise before a version: these facts hold in all older ones. What `run` does otherwise, it asks the engine's version. */
  readonly before?: Readonly<Partial<Record<RedisVersion, FormerFacts>>>;
  /** Set for commands that newer ones replace. */
  readonly deprecated?: Replaced | undefined;
  /** What Redis' own parts say to each other, and people who look for faults in it: COMMAND DOCS calls it `syscmd`. */
  readonly internal?: boolean;
}

/** Since when, and by what. */
interface Replaced {
  readonly since: string;
  readonly replacedBy: string;
}

/** What COMMAND said of a command once. */
export type FormerFacts = Partial<
  Pick<CommandMetadata, 'arity' | 'since' | 'flags' | 'categories' | 'keys' | 'syntax' | 'hints' | 'deprecated'>
>;

/** One call that changed something. */
export interface EffectCall<Arguments = readonly string[]> {
  readonly args: Arguments;
  /** What it answered, after its wait if it had to. */
  readonly reply: Reply;
  /** The command's time, milliseconds since the epoch. */
  readonly now: number;
  /** The command's name as the client wrote it. */
  readonly name: string;
}

/** What a command's calls change, as lines that do the same anywhere and at any time. */
export interface EffectFacts {
  /**
   * Default: the call's own line. `none`: it runs other commands, which have their own. `told`: those that `run` gave to
   * `context.effect`.
   */
  readonly effects?: 'none' | 'told' | ((call: EffectCall<never>) => readonly (readonly string[])[]);
  /** It has its effect also where no key changes. `live`: an effect that is not stored. */
  readonly alwaysEffective?: boolean | 'live';
  /** Its effects do not belong together: keys it comes upon whose time is over. */
  readonly meetsAnyKey?: boolean;
}

/** A command whose arity is only known at run time. */
export interface AnyCommand extends CommandMetadata, EffectFacts {
  readonly effects?: 'none' | 'told' | ((call: EffectCall) => readonly (readonly string[])[]);
  /**
   * Runs the command to its end; the arity was checked before. Throws an `ErrorReply` to answer with an error.
   * @param context what its handler works with: only `defineCommand` knows it
   */
  run(context: unknown, args: readonly string[]): Reply | Block | NoReply;
}

/** A command that only groups subcommands (CLIENT, CONFIG, ...). */
export interface CommandContainer extends CommandMetadata {
  readonly subcommands: readonly AnyCommand[];
  /** What the container does without a subcommand (COMMAND); most refuse. */
  readonly bare?: AnyCommand;
  /** Since when it has HELP; default: 5.0.0, as most that are older. */
  readonly helpSince?: string;
}

/** Defines a command that only groups subcommands. */
export function defineContainer(definition: CommandContainer): CommandContainer {
  return definition;
}

/** One key at `index`. */
export function oneKey(flags: string, index = 1): KeySpec {
  return keyRange(flags, index, 0, 1);
}

/** Keys from `index` to `lastKey` (relative to the first; negative: from the end), every `step`th argument. */
export function keyRange(flags: string, index: number, lastKey: number, step = 1, limit = 0): KeySpec {
  return { flags, begin: { index }, find: { lastKey, step, limit } };
}

/** `numkeys key [key ...]`, the count standing at `index`. */
export function countedKeys(flags: string, index: number): KeySpec {
  return { flags, begin: { index }, find: { keyNumIndex: 0, firstKey: 1, step: 1 } };
}
