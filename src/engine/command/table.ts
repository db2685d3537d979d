import type { ErrorReply } from '../protocol/reply';
import { DEFAULT_VERSION, type RedisVersion } from '../redis-version';
import type { LatencyHistogram } from '../statistics/latency-histogram';
import type { CommandCatalogue } from './catalogue';
import type { AnyCommand, CommandContainer } from './definition';
import { unknownCommand, unknownSubcommand, wrongArity } from './errors';
import { helpCommand } from './help';
import { asOf } from './versions';

/** What INFO and LATENCY HISTOGRAM know of a command. */
export interface CommandStats {
  calls: number;
  microseconds: number;
  /** Refused before it ran. */
  rejected: number;
  /** Answered with an error. */
  failed: number;
  histogram: LatencyHistogram | undefined;
}

/** A command as one engine runs it: the definition and what happened to it here. */
export interface CommandRecord {
  readonly definition: AnyCommand;
  /** Name as statistics and errors show it: `get`, `client|list`. */
  readonly fullName: string;
  /** Properties the gate asks for on every call, looked up once. */
  readonly write: boolean;
  readonly readOnly: boolean;
  readonly denyOom: boolean;
  readonly noAuth: boolean;
  readonly noMulti: boolean;
  readonly loading: boolean;
  readonly blocking: boolean;
  readonly noScript: boolean;
  readonly fast: boolean;
  /** Takes the same time whatever a key holds. */
  readonly constant: boolean;
  readonly admin: boolean;
  readonly skipMonitor: boolean;
  readonly skipSlowLog: boolean;
  readonly runsInMulti: boolean;
  readonly whileSubscribed: boolean;
  readonly stats: CommandStats;
}

/** Whether a command may have so many arguments; a subcommand's own name counts. */
export function takes({ definition: { arity } }: CommandRecord, args: number): boolean {
  return arity >= 0 ? args + 1 === arity : args + 1 >= -arity;
}

/** What a client is told whose command line names no command. */
export function unnamed(why: Unnamed, name: string, args: readonly string[]): ErrorReply {
  switch (why) {
    case 'command':
      return unknownCommand(name, args);
    case 'subcommand':
      return unknownSubcommand(name.toLowerCase(), args[0] ?? '');
    case 'bare container':
      return wrongArity(name.toLowerCase());
  }
}

/** A container as one engine runs it. */
export interface ContainerRecord {
  readonly container: CommandContainer;
  readonly subcommands: ReadonlyMap<string, CommandRecord>;
  readonly bare: CommandRecord | undefined;
}

/** What a name in the table leads to. */
export type TableEntry = CommandRecord | ContainerRecord;

/** Why a command line names no command: there is no such command, no such subcommand, or it lacks one. */
export type Unnamed = 'command' | 'subcommand' | 'bare container';

/** A client may write a name in a thousand ways: no more are remembered. */
const MOST_SPELLINGS = 1024;

/** The commands as one engine runs them. */
export class CommandTable {
  /** Those that somebody asked for, by lower-case name. */
  readonly #entries = new Map<string, TableEntry>();
  /** The same by the spellings that were used: mostly one or two. */
  readonly #spellings = new Map<string, TableEntry>();

  constructor(
    private readonly catalogue: CommandCatalogue,
    /** Newer commands are unknown. */
    readonly version: RedisVersion = DEFAULT_VERSION,
  ) {}

  get(name: string): TableEntry | undefined {
    return this.#spellings.get(name) ?? this.#learn(name);
  }

  #learn(name: string): TableEntry | undefined {
    const entry = this.#entry(name.toLowerCase());
    if (entry !== undefined && this.#spellings.size < MOST_SPELLINGS) this.#spellings.set(name, entry);
    return entry;
  }

  #entry(name: string): TableEntry | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const found = this.catalogue.find(name);
    const command = found === undefined ? undefined : asOf(found, this.version);
    if (command === undefined) return undefined;
    const entry = 'subcommands' in command ? containerRecord(command) : commandRecord(command, name);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Finds what a command line names. Its arity is for the caller to ask: see `takes`. */
  locate(name: string, args: readonly string[]): CommandRecord | Unnamed {
    const entry = this.#spellings.get(name) ?? this.#learn(name);
    // All that most commands need: with the rest behind it, V8 can put this where it is called.
    return entry !== undefined && !('container' in entry) ? entry : within(entry, args);
  }

  /** Finds what a command line names. @throws the error reply of an unknown command or a wrong arity */
  resolve(name: string, args: readonly string[]): CommandRecord {
    const record = this.locate(name, args);
    if (typeof record === 'string') throw unnamed(record, name, args);
    if (!takes(record, args.length)) throw wrongArity(record.fullName);
    return record;
  }

  /** A command, container or subcommand by the name COMMAND INFO shows: `get`, `client`, `client|id`. */
  find(name: string): TableEntry | undefined {
    const [container = '', subcommand, beyond] = name.toLowerCase().split('|');
    const entry = this.#entry(container);
    if (subcommand === undefined) return entry;
    if (entry === undefined || !('container' in entry) || beyond !== undefined) return undefined;
    return entry.subcommands.get(subcommand);
  }

  /** The command of this name, or all subcommands of the container of this name. */
  recordsOf(name: string): readonly CommandRecord[] {
    const entry = this.find(name);
    if (entry === undefined) return [];
    return 'container' in entry ? [...entry.subcommands.values()] : [entry];
  }

  /** All there are, in the order of the catalogue. */
  entries(): readonly TableEntry[] {
    return this.catalogue.all().flatMap(({ name }) => this.#entry(name) ?? []);
  }

  /** All commands and subcommands, containers left out. */
  records(): readonly CommandRecord[] {
    return this.entries().flatMap(recordsIn);
  }

  /** Those that may have run or been refused here: all others have nothing in their statistics. */
  used(): readonly CommandRecord[] {
    return [...this.#entries.values()].flatMap(recordsIn);
  }
}

function recordsIn(entry: TableEntry): readonly CommandRecord[] {
  if (!('container' in entry)) return [entry];
  return [...(entry.bare === undefined ? [] : [entry.bare]), ...entry.subcommands.values()];
}

/** What a command line names that begins with a container's name, or with nobody's. */
function within(entry: ContainerRecord | undefined, [subcommand]: readonly string[]): CommandRecord | Unnamed {
  if (entry === undefined) return 'command';
  if (subcommand === undefined) return entry.bare ?? 'bare container';
  return entry.subcommands.get(subcommand.toLowerCase()) ?? 'subcommand';
}

function containerRecord(container: CommandContainer): ContainerRecord {
  const own = container.subcommands;
  const all = own.some(({ name }) => name === 'help') ? own : [...own, helpCommand(container)];
  const subcommands = new Map(
    all.map((command) => [command.name, commandRecord(command, `${container.name}|${command.name}`)]),
  );
  const bare = container.bare === undefined ? undefined : commandRecord(container.bare, container.name);
  return { container, subcommands, bare };
}

function commandRecord(definition: AnyCommand, fullName: string): CommandRecord {
  const has = (flag: AnyCommand['flags'][number]) => definition.flags.includes(flag);
  return {
    definition,
    fullName,
    write: has('write'),
    readOnly: has('readonly'),
    denyOom: has('denyoom'),
    noAuth: has('no_auth'),
    noMulti: has('no_multi'),
    loading: has('loading'),
    blocking: has('blocking'),
    noScript: has('noscript'),
    fast: has('fast'),
    constant: has('fast') || definition.complexity === 'O(1)',
    admin: has('admin'),
    skipMonitor: has('skip_monitor'),
    skipSlowLog: has('skip_slowlog'),
    runsInMulti: definition.runsInMulti === true,
    whileSubscribed: definition.whileSubscribed === true,
    stats: { calls: 0, microseconds: 0, rejected: 0, failed: 0, histogram: undefined },
  };
}
