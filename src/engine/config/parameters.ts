import type { Engine, EngineOptions } from '../engine';
import { EVICTION_POLICIES, type EvictionPolicy } from '../keyspace/memory';
import type { EncodingLimits } from '../keyspace/entry';
import { parseMemory } from './parse-memory';

/** One CONFIG parameter. */
export interface Parameter {
  readonly name: string;
  get(): string;
  /** Undefined = CONFIG SET refuses it as immutable. Returns what is wrong with the value, in Redis' words, or undefined. */
  readonly set?: (value: string) => string | undefined;
}

/** The CONFIG parameters that mean something here, and the values they hold. */
export class Parameters {
  readonly limits: EncodingLimits = {
    'hash-max-listpack-entries': 512,
    'hash-max-listpack-value': 64,
    'set-max-intset-entries': 512,
    'zset-max-listpack-entries': 128,
    'zset-max-listpack-value': 64,
    'list-max-listpack-size': -2,
    'list-compress-depth': 0,
    'stream-node-max-bytes': 4096,
    'stream-node-max-entries': 100,
    'hll-sparse-max-bytes': 3000,
  };
  /** What AUTH expects; empty = no password. */
  password: string;
  /** Milliseconds, 0 = none. */
  scriptTimeLimit: number;
  /** `proto-max-bulk-len`, bytes. */
  maxBulkLength = 512 * 1024 * 1024;
  /** `client-query-buffer-limit`, bytes. */
  queryBufferLimit = 1024 * 1024 * 1024;
  readonly #byName = new Map<string, Parameter>();

  constructor(engine: Engine, options: EngineOptions) {
    this.password = options.password ?? '';
    this.scriptTimeLimit = options.scriptTimeLimit ?? 5000;
    for (const parameter of [...this.#own(), ...engineParameters(engine)]) this.#byName.set(parameter.name, parameter);
    for (const [alias, name] of ALIASES) {
      const target = this.#byName.get(name);
      if (target !== undefined) this.#byName.set(alias, { ...target, name: alias });
    }
  }

  get(name: string): Parameter | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  all(): IterableIterator<Parameter> {
    return this.#byName.values();
  }

  #own(): Parameter[] {
    const { limits } = this;
    return [
      ...Object.keys(limits).map((name) => integerParameter(name, () => limits[name as keyof EncodingLimits], (value) => { limits[name as keyof EncodingLimits] = value; })), // its keys are its keys
      { name: 'requirepass', get: () => this.password, set: (value) => { this.password = value; return undefined; } },
      integerParameter('busy-reply-threshold', () => this.scriptTimeLimit, (value) => { this.scriptTimeLimit = value; }),
      memoryParameter('proto-max-bulk-len', () => this.maxBulkLength, (value) => { this.maxBulkLength = value; }),
      memoryParameter('client-query-buffer-limit', () => this.queryBufferLimit, (value) => { this.queryBufferLimit = value; }),
    ];
  }
}

/** Redis' older names of the same parameters. */
const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['hash-max-ziplist-entries', 'hash-max-listpack-entries'],
  ['hash-max-ziplist-value', 'hash-max-listpack-value'],
  ['zset-max-ziplist-entries', 'zset-max-listpack-entries'],
  ['zset-max-ziplist-value', 'zset-max-listpack-value'],
  ['list-max-ziplist-size', 'list-max-listpack-size'],
  ['lua-time-limit', 'busy-reply-threshold'],
];

function engineParameters(engine: Engine): Parameter[] {
  return [
    memoryParameter('maxmemory', () => engine.memory.limit, (value) => { engine.memory.limit = value; }),
    {
      name: 'maxmemory-policy',
      get: () => engine.memory.policy,
      set: (value) => {
        const policy = EVICTION_POLICIES.find((each) => each === value.toLowerCase());
        if (policy === undefined) return `argument must be one of the following: ${EVICTION_POLICIES.join(', ')}`;
        engine.memory.setPolicy(policy satisfies EvictionPolicy);
        return undefined;
      },
    },
    {
      name: 'notify-keyspace-events',
      get: () => engine.keyspace.notifications.toString(),
      set: (value) => (engine.keyspace.notifications.parse(value) ? undefined : "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."),
    },
    { name: 'databases', get: () => String(engine.keyspace.databases.length) },
  ];
}

function integerParameter(name: string, get: () => number, set: (value: number) => void): Parameter {
  return {
    name,
    get: () => String(get()),
    set: (text) => {
      if (!/^-?\d+$/.test(text)) return 'argument couldn\'t be parsed into an integer';
      set(Number(text));
      return undefined;
    },
  };
}

function memoryParameter(name: string, get: () => number, set: (value: number) => void): Parameter {
  return {
    name,
    get: () => String(get()),
    set: (text) => {
      const value = parseMemory(text);
      if (value === undefined) return 'argument must be a memory value';
      set(value);
      return undefined;
    },
  };
}
