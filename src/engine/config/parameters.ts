import { defaultLimits, type EncodingLimits } from '../keyspace/entry';
import type { OwnParameters, Parameter, ParameterParts, ParameterTable } from './parameter-table';

/** Redis' `busy-reply-threshold`. */
const DEFAULT_TIME_LIMIT_MS = 5000;

/** Who may use DEBUG: nobody, clients of this process and machine, everybody. */
export type DebugCommands = 'no' | 'local' | 'yes';

/** What is configured when an engine is made. */
export interface ParameterOptions {
  /** What AUTH expects of clients of the listener; default none. */
  readonly password?: string;
  /** Milliseconds, 0 = none; default 5000. */
  readonly scriptTimeLimit?: number;
  /** Who may use DEBUG; default `local`: clients in this process and on this machine. */
  readonly debugCommands?: DebugCommands;
}

/** What is configured: the values commands ask for, and the parameters as CONFIG has them. */
export class Parameters implements OwnParameters {
  readonly limits: EncodingLimits;
  /** What AUTH expects; empty = no password. */
  password: string;
  readonly #scriptTimeLimit: number;
  /**
   * `busy-reply-threshold`, milliseconds. From then on Redis tells others that it is busy, which cannot be done here; as
   * Redis lets the script run on, a low threshold stops no script, and a high one gives it more time.
   */
  busyThreshold: number;
  /** `proto-max-bulk-len`, bytes. */
  maxBulkLength = 512 * 1024 * 1024;
  /** `client-query-buffer-limit`, bytes. */
  queryBufferLimit = 1024 * 1024 * 1024;
  /** `maxclients`: how many connections there may be. */
  maxClients = 10_000;
  /** `min-replicas-to-write`. */
  fewestReplicas = 0;
  /** `min-replicas-max-lag`, seconds; 0 = replicas are not asked for. */
  replicaLag = 10;
  readonly debugCommands: DebugCommands;
  /** Made when somebody asks for a parameter by its name. */
  #made: ParameterTable | undefined;

  constructor(
    private readonly parts: ParameterParts,
    options: ParameterOptions,
  ) {
    this.limits = defaultLimits(parts.version);
    this.password = options.password ?? '';
    parts.acl.setDefaultPassword(this.password);
    this.#scriptTimeLimit = options.scriptTimeLimit ?? DEFAULT_TIME_LIMIT_MS;
    // What CONFIG shows; without a limit of ours it is Redis' default.
    this.busyThreshold = this.#scriptTimeLimit === 0 ? DEFAULT_TIME_LIMIT_MS : this.#scriptTimeLimit;
    this.debugCommands = options.debugCommands ?? 'local';
  }

  /** How long a script may run, in milliseconds; 0 = for ever. */
  get scriptTimeLimit(): number {
    if (this.#scriptTimeLimit === 0 || this.busyThreshold === 0) return 0;
    return Math.max(this.#scriptTimeLimit, this.busyThreshold);
  }

  get(name: string): Parameter | undefined {
    return this.#table.get(name);
  }

  /** Names and parameters as patterns find them, aliases included. */
  all(): IterableIterator<[string, Parameter]> {
    return this.#table.all();
  }

  get #table(): ParameterTable {
    return (this.#made ??= this.#makeTable());
  }

  #makeTable(): ParameterTable {
    // Loaded here: most engines are never asked, and of 200 parameters most are merely kept.
    const { ParameterTable } = require('./parameter-table') as typeof import('./parameter-table');
    return new ParameterTable(this, this.parts);
  }
}
