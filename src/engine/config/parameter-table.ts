import type { Acl } from '../acl/acl';
import type { ConfiguredLimits, EncodingLimits } from '../keyspace/entry';
import { EVICTION_POLICIES } from '../keyspace/eviction-policy';
import type { Keyspace } from '../keyspace/keyspace';
import type { Memory } from '../keyspace/memory';
import type { RedisVersion } from '../redis-version';
import type { ClientLimits } from '../session/client-limits';
import type { ClientMemory } from '../session/client-memory';
import type { SlowLog } from '../session/slow-log';
import type { Tracking } from '../session/tracking';
import type { Latency } from '../statistics/latency';
import { textBytes } from '../values/text-bytes';
import type { JournalSettings, SyncPolicy } from './journal-settings';
import {
  ALIASES,
  FIXED,
  HIDDEN,
  KEPT_CHOICES,
  KEPT_FLAGS,
  KEPT_NUMBERS,
  KEPT_SIZES,
  KEPT_TEXTS,
  LOG_LEVELS,
  NEWER_ALIASES,
  NO_LONGER_SHOWN,
} from './kept-parameters';
import {
  anyText,
  fileName,
  hostName,
  localeName,
  numberWithin,
  oneOf,
  oomScores,
  outputBufferLimits,
  ParameterProblem,
  percentiles,
  savePoints,
  shutdownOptions,
  sizeFrom,
  sizeOrPercent,
  titleTemplate,
  ULONG_MAX,
  yesOrNo,
  type ParameterType,
} from './parameter-types';

const SYNC_POLICIES: readonly SyncPolicy[] = ['everysec', 'always', 'no'];

const NOWHERE_TO_APPEND = new ParameterProblem(
  'Unable to turn on AOF. There is no data directory: start with redis.standalone.persistence.enabled.',
);

const INT_MAX = 2_147_483_647;
const LONG_MAX = 9_223_372_036_854_775_807n;

/** One CONFIG parameter. */
export interface Parameter {
  get(): string;
  /** What is wrong with a value, in Redis' words. */
  readonly problem?: (value: string) => string | undefined;
  /** Takes a value with which nothing is wrong. Undefined = CONFIG SET refuses it as immutable. */
  readonly set?: (value: string) => void;
}

/** What parameters configure. */
export interface ParameterParts {
  readonly version: RedisVersion;
  readonly acl: Acl;
  readonly keyspace: Keyspace;
  readonly memory: Memory;
  readonly clients: { readonly limits: ClientLimits; readonly memory: ClientMemory };
  readonly tracking: Tracking;
  readonly slowLog: SlowLog;
  readonly latency: Latency;
  /** Those who wait for a journal have to hear that there is none any more. */
  readonly replication: { serveWaiters(): void };
  readonly host: {
    readonly listening: { readonly host: string; readonly port: number };
    /** Who keeps the data; the journal is undefined without one. */
    readonly saveHooks: { journalSettings?(): JournalSettings } | undefined;
  };
}

/** What an engine keeps of its configuration itself. */
export interface OwnParameters {
  readonly limits: EncodingLimits;
  password: string;
  busyThreshold: number;
  maxBulkLength: number;
  queryBufferLimit: number;
  maxClients: number;
  fewestReplicas: number;
  replicaLag: number;
  readonly debugCommands: string;
}

/** The CONFIG parameters by name: those that mean something here, and those that are merely kept. */
export class ParameterTable {
  readonly #byName = new Map<string, Parameter>();
  readonly #hidden: ReadonlySet<string>;

  constructor(
    private readonly own: OwnParameters,
    private readonly parts: ParameterParts,
  ) {
    this.#addLimits();
    this.#addOwn();
    this.#addClientLimits(parts);
    this.#addEngine(parts);
    this.#addKept();
    if (parts.version >= '8.0') this.#addNewer();
    this.#addJournal(parts);
    for (const [alias, name] of parts.version >= '8.0' ? [...ALIASES, ...NEWER_ALIASES] : ALIASES) {
      const target = this.#byName.get(name);
      if (target !== undefined) this.#byName.set(alias, target);
    }
    this.#hidden = parts.version >= '8.0' ? new Set([...HIDDEN, ...NO_LONGER_SHOWN]) : HIDDEN;
  }

  get(name: string): Parameter | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Names and parameters as patterns find them, aliases included. */
  *all(): IterableIterator<[string, Parameter]> {
    for (const entry of this.#byName) if (!this.#hidden.has(entry[0])) yield entry;
  }

  #addLimits(): void {
    const limits: ConfiguredLimits = this.own.limits;
    const bind = (name: keyof ConfiguredLimits, type: ParameterType) => {
      this.#number(name, type, limits, name);
    };
    for (const name of [
      'hash-max-listpack-entries',
      'set-max-intset-entries',
      'zset-max-listpack-entries',
      'stream-node-max-entries',
    ] as const) {
      bind(name, numberWithin(0, LONG_MAX));
    }
    for (const name of [
      'hash-max-listpack-value',
      'zset-max-listpack-value',
      'stream-node-max-bytes',
      'hll-sparse-max-bytes',
    ] as const) {
      bind(name, sizeFrom(0));
    }
    if (this.own.limits['list-listpacks']) {
      bind('set-max-listpack-entries', numberWithin(0, LONG_MAX));
      bind('set-max-listpack-value', numberWithin(0, LONG_MAX));
    }
    bind('list-max-listpack-size', numberWithin(-INT_MAX - 1, INT_MAX));
    bind('list-compress-depth', numberWithin(0, INT_MAX));
  }

  #addOwn(): void {
    this.#bind(
      'busy-reply-threshold',
      numberWithin(0, LONG_MAX),
      () => String(this.own.busyThreshold),
      (value) => {
        this.own.busyThreshold = Number(value);
      },
    );
    this.#number('proto-max-bulk-len', sizeFrom(1_048_576), this.own, 'maxBulkLength');
    this.#number('client-query-buffer-limit', sizeFrom(1_048_576), this.own, 'queryBufferLimit');
    this.#fix('enable-debug-command', this.own.debugCommands);
    // Redis keeps the frequency of its housekeeping within these bounds without a word.
    this.#keep('hz', '10', (text) => {
      const parsed = numberWithin(0, INT_MAX)(text);
      return typeof parsed === 'string' ? String(Math.min(500, Math.max(1, Number(parsed)))) : parsed;
    });
    this.#keep('save', '', savePoints);
    this.#keep('dir', process.cwd(), anyText);
    this.#keep('dbfilename', 'dump.rdb', fileName);
    this.#keep('cluster-announce-hostname', '', hostName);
    this.#keep('cluster-link-sendbuf-limit', '0', sizeFrom(0, ULONG_MAX));
    this.#keep('shutdown-on-sigint', 'default', shutdownOptions);
    this.#keep('shutdown-on-sigterm', 'default', shutdownOptions);
    this.#keep('oom-score-adj-values', '0 200 800', oomScores);
    this.#keep('proc-title-template', '{title} {listen-addr} {server-mode}', titleTemplate);
  }

  #addClientLimits({ clients, tracking }: ParameterParts): void {
    this.#bind(
      'maxmemory-clients',
      sizeOrPercent,
      () => clients.memory.limit,
      (value) => {
        clients.memory.setLimit(value);
      },
    );
    this.#bind(
      'tracking-table-max-keys',
      numberWithin(0, LONG_MAX),
      () => String(tracking.maxKeys),
      (value) => {
        tracking.setMaxKeys(Number(value));
      },
    );
    const limits = () => clients.limits.outputLimits;
    this.#bind('client-output-buffer-limit', outputBufferLimits(limits), limits, (value) => {
      clients.limits.setOutputLimits(value);
    });
    this.#number('min-replicas-to-write', numberWithin(0, INT_MAX), this.own, 'fewestReplicas');
    this.#number('min-replicas-max-lag', numberWithin(0, INT_MAX), this.own, 'replicaLag');
    let timeout = '0';
    this.#bind(
      'timeout',
      numberWithin(0, INT_MAX),
      () => timeout,
      (value) => {
        timeout = value;
        clients.limits.setIdleTimeout(Number(value));
      },
    );
    this.#number('maxclients', numberWithin(1, 4_294_967_295), this.own, 'maxClients');
  }

  #addEngine(parts: ParameterParts): void {
    const { memory } = parts;
    const { access } = memory;
    this.#bind(
      'requirepass',
      anyText,
      () => this.own.password,
      (value) => {
        this.own.password = value;
        parts.acl.setDefaultPassword(value);
      },
    );
    this.#bind(
      'maxmemory',
      sizeFrom(0, ULONG_MAX),
      () => String(memory.configured),
      (value) => {
        memory.setLimit(Number(value));
      },
    );
    this.#bind(
      'maxmemory-policy',
      oneOf(EVICTION_POLICIES),
      () => memory.policy,
      (value) => {
        const policy = EVICTION_POLICIES.find((each) => each === value);
        if (policy !== undefined) memory.setPolicy(policy);
      },
    );
    const mostSamples = parts.version >= '8.0' ? 64 : INT_MAX;
    this.#number('maxmemory-samples', numberWithin(1, mostSamples), memory, 'samples');
    this.#number('lfu-log-factor', numberWithin(0, INT_MAX), access, 'logFactor');
    this.#number('lfu-decay-time', numberWithin(0, INT_MAX), access, 'decayMinutes');
    const { acl } = parts;
    this.#bind(
      'acl-pubsub-default',
      oneOf(['allchannels', 'resetchannels']),
      () => (acl.allChannels ? 'allchannels' : 'resetchannels'),
      (value) => {
        acl.allChannels = value === 'allchannels';
      },
    );
    this.#number('acllog-max-len', numberWithin(0, LONG_MAX), acl.log, 'maxLength');
    const { notifications } = parts.keyspace;
    this.#bind(
      'notify-keyspace-events',
      (text) =>
        notifications.isValid(text)
          ? text
          : new ParameterProblem("Invalid event class character. Use 'Ag$lshzxeKEtmdn'."),
      () => notifications.toString(),
      (value) => {
        notifications.parse(value);
      },
    );
    this.#fix('databases', String(parts.keyspace.databases.length));
    this.#unchangeable(
      'port',
      () => String(parts.host.listening.port),
      'Unable to listen on this port. Check server logs.',
      numberWithin(0, 65_535),
    );
    this.#unchangeable('bind', () => parts.host.listening.host, 'Failed to bind to specified addresses.');
    this.#addStatistics(parts);
  }

  #addJournal(parts: ParameterParts): void {
    const journal = () => parts.host.saveHooks?.journalSettings?.();
    this.#bind(
      'appendonly',
      (text) => {
        const value = yesOrNo(text);
        // Who asks for it relies on losing nothing in a crash: taken without effect, that would be learned from the loss.
        return value === 'yes' && journal() === undefined ? NOWHERE_TO_APPEND : value;
      },
      () => (journal()?.enabled === true ? 'yes' : 'no'),
      (value) => {
        const settings = journal();
        if (settings !== undefined) settings.enabled = value === 'yes';
        parts.replication.serveWaiters();
      },
    );
    let kept: SyncPolicy = 'everysec';
    this.#bind(
      'appendfsync',
      oneOf(SYNC_POLICIES),
      () => journal()?.policy ?? kept,
      (value) => {
        kept = SYNC_POLICIES.find((each) => each === value) ?? kept;
        const settings = journal();
        if (settings !== undefined) settings.policy = kept;
      },
    );
  }

  #addStatistics({ slowLog, latency }: ParameterParts): void {
    this.#bind(
      'slowlog-log-slower-than',
      numberWithin(-1, LONG_MAX),
      () => String(slowLog.slowerThan),
      (value) => {
        slowLog.setSlowerThan(Number(value));
      },
    );
    this.#bind(
      'slowlog-max-len',
      numberWithin(0, LONG_MAX),
      () => String(slowLog.maxLength),
      (value) => {
        slowLog.setMaxLength(Number(value));
      },
    );
    this.#bind(
      'latency-monitor-threshold',
      numberWithin(0, LONG_MAX),
      () => String(latency.threshold),
      (value) => {
        latency.setThreshold(Number(value));
      },
    );
    this.#bind(
      'latency-tracking',
      yesOrNo,
      () => (latency.tracksCommands ? 'yes' : 'no'),
      (value) => {
        latency.tracksCommands = value === 'yes';
      },
    );
    this.#bind(
      'latency-tracking-info-percentiles',
      percentiles,
      () => latency.percentiles.join(' '),
      (value) => {
        latency.percentiles = value === '' ? [] : value.split(' ').map(Number);
      },
    );
  }

  #addKept(): void {
    for (const [name, initial] of Object.entries(KEPT_FLAGS)) this.#keep(name, initial, yesOrNo);
    for (const [name, [initial, min, max]] of Object.entries(KEPT_NUMBERS))
      this.#keep(name, initial, numberWithin(min, max));
    for (const [name, [initial, min]] of Object.entries(KEPT_SIZES)) this.#keep(name, initial, sizeFrom(min));
    for (const [name, [initial, choices]] of Object.entries(KEPT_CHOICES)) this.#keep(name, initial, oneOf(choices));
    for (const [name, initial] of Object.entries(KEPT_TEXTS)) this.#keep(name, initial, anyText);
    for (const [name, value] of Object.entries(FIXED)) this.#fix(name, value);
  }

  /** What 8.0 has besides. */
  #addNewer(): void {
    this.#keep('cluster-announce-human-nodename', '', anyText);
    this.#keep('cluster-compatibility-sample-ratio', '0', numberWithin(0, 100));
    this.#keep('hide-user-data-from-log', 'no', yesOrNo);
    this.#keep('locale-collate', '', localeName);
    this.#keep('loglevel', 'notice', oneOf([...LOG_LEVELS, 'nothing']));
    this.#keep('max-new-connections-per-cycle', '10', numberWithin(1, 1000));
    this.#keep('max-new-tls-connections-per-cycle', '1', numberWithin(1, 1000));
    this.#keep('replica-full-sync-buffer-limit', '0', sizeFrom(0));
  }

  #bind(name: string, type: ParameterType, get: () => string, put: (value: string) => void): void {
    let given: string | undefined;
    this.#byName.set(name, {
      // As it was given, as long as it holds: a number does not hold 64 bits.
      get: () => {
        const value = get();
        return given !== undefined && Number(given) === Number(value) ? given : value;
      },
      problem: (text) => {
        const value = type(text);
        return value instanceof ParameterProblem ? value.text : undefined;
      },
      set: (text) => {
        const value = type(text);
        if (typeof value !== 'string') return;
        this.parts.memory.parameterBytes += textBytes(value) - (given === undefined ? 0 : textBytes(given));
        given = value;
        put(value);
      },
    });
  }

  /** A parameter that is a field of somebody's. */
  #number<Field extends string>(name: string, type: ParameterType, owner: Record<Field, number>, field: Field): void {
    this.#bind(
      name,
      type,
      () => String(owner[field]),
      (value) => {
        owner[field] = Number(value);
      },
    );
  }

  #keep(name: string, initial: string, type: ParameterType): void {
    let kept = initial;
    this.#bind(
      name,
      type,
      () => kept,
      (value) => {
        kept = value;
      },
    );
  }

  /** A parameter Redis can change while it runs and we cannot: setting it to what it is works. */
  #unchangeable(name: string, get: () => string, problem: string, type = anyText): void {
    this.#bind(
      name,
      (text) => {
        const value = type(text);
        return typeof value !== 'string' || value === get() ? value : new ParameterProblem(problem);
      },
      get,
      () => undefined,
    );
  }

  #fix(name: string, value: string): void {
    this.#byName.set(name, { get: () => value });
  }
}
