/**
 * CONFIG parameters of Redis 7.0 that change nothing here: they are checked, kept and answered, so that tools and test
 * suites that set them run. Defaults are those of a Redis without a configuration file.
 */

const INT_MAX = 2_147_483_647;
const LONG_MAX = 9_223_372_036_854_775_807n;

/** `yes` or `no`. */
// prettier-ignore
export const KEPT_FLAGS: Readonly<Record<string, 'yes' | 'no'>> = {
  activedefrag: 'no', activerehashing: 'yes', 'aof-disable-auto-gc': 'no', 'aof-load-truncated': 'yes',
  'aof-rewrite-incremental-fsync': 'yes', 'aof-timestamp-enabled': 'no', 'aof-use-rdb-preamble': 'yes',
  'cluster-allow-pubsubshard-when-down': 'yes', 'cluster-allow-reads-when-down': 'no',
  'cluster-allow-replica-migration': 'yes', 'cluster-replica-no-failover': 'no',
  'cluster-require-full-coverage': 'yes', 'crash-log-enabled': 'yes', 'crash-memcheck-enabled': 'yes',
  'dynamic-hz': 'yes', 'jemalloc-bg-thread': 'yes', 'lazyfree-lazy-eviction': 'no', 'lazyfree-lazy-expire': 'no',
  'lazyfree-lazy-server-del': 'no', 'lazyfree-lazy-user-del': 'no', 'lazyfree-lazy-user-flush': 'no',
  'no-appendfsync-on-rewrite': 'no', 'protected-mode': 'yes', 'rdb-del-sync-files': 'no',
  'rdb-save-incremental-fsync': 'yes', rdbcompression: 'yes', 'repl-disable-tcp-nodelay': 'no',
  'repl-diskless-sync': 'yes', 'replica-announced': 'yes', 'replica-ignore-disk-write-errors': 'no',
  'replica-ignore-maxmemory': 'yes', 'replica-lazy-flush': 'no', 'replica-read-only': 'yes',
  'replica-serve-stale-data': 'yes', 'stop-writes-on-bgsave-error': 'yes', 'tls-cluster': 'no',
  'tls-prefer-server-ciphers': 'no', 'tls-replication': 'no', 'tls-session-caching': 'yes',
  'use-exit-on-panic': 'no',
};

/** Whole numbers: initial value, lowest, highest. */
// prettier-ignore
export const KEPT_NUMBERS: Readonly<Record<string, readonly [initial: string, min: number, max: number | bigint]>> = {
  'active-defrag-cycle-max': ['25', 1, 99], 'active-defrag-cycle-min': ['1', 1, 99],
  'active-defrag-max-scan-fields': ['1000', 1, LONG_MAX], 'active-defrag-threshold-lower': ['10', 0, 1000],
  'active-defrag-threshold-upper': ['100', 0, 1000], 'active-expire-effort': ['1', 1, 10],
  'auto-aof-rewrite-percentage': ['100', 0, INT_MAX], 'cluster-announce-bus-port': ['0', 0, 65535],
  'cluster-announce-port': ['0', 0, 65535], 'cluster-announce-tls-port': ['0', 0, 65535],
  'cluster-migration-barrier': ['1', 0, INT_MAX], 'cluster-node-timeout': ['15000', 0, LONG_MAX],
  'cluster-replica-validity-factor': ['10', 0, INT_MAX],
  'maxmemory-eviction-tenacity': ['10', 0, 100], 
   'repl-backlog-ttl': ['3600', 0, LONG_MAX],
  'repl-diskless-sync-delay': ['5', 0, INT_MAX], 'repl-diskless-sync-max-replicas': ['0', 0, INT_MAX],
  'repl-ping-replica-period': ['10', 1, INT_MAX], 'repl-timeout': ['60', 1, INT_MAX],
  'replica-announce-port': ['0', 0, 65535], 'replica-priority': ['100', 0, INT_MAX],
  'shutdown-timeout': ['10', 0, INT_MAX], 'tcp-keepalive': ['300', 0, INT_MAX],
  'tls-session-cache-size': ['20480', 0, INT_MAX], 'tls-session-cache-timeout': ['300', 0, INT_MAX],
  'key-load-delay': ['0', -INT_MAX - 1, INT_MAX],
  'loading-process-events-interval-bytes': ['2097152', 1024, INT_MAX],
  'rdb-key-save-delay': ['0', -INT_MAX - 1, INT_MAX], 'watchdog-period': ['0', 0, INT_MAX],
};

/** Sizes in bytes: initial value, lowest. */
// prettier-ignore
export const KEPT_SIZES: Readonly<Record<string, readonly [initial: string, min: number]>> = {
  'active-defrag-ignore-bytes': ['104857600', 1], 'auto-aof-rewrite-min-size': ['67108864', 0],
  'repl-backlog-size': ['1048576', 1],
};

/** What `loglevel` may be before 8.0. */
export const LOG_LEVELS: readonly string[] = ['debug', 'verbose', 'notice', 'warning'];

/** One of several words. */
// prettier-ignore
export const KEPT_CHOICES: Readonly<Record<string, readonly [initial: string, choices: readonly string[]]>> = {
  'cluster-preferred-endpoint-type': ['ip', ['ip', 'hostname', 'unknown-endpoint']],
  loglevel: ['notice', LOG_LEVELS],
  'oom-score-adj': ['no', ['no', 'yes', 'relative', 'absolute']],
  'propagation-error-behavior': ['ignore', ['ignore', 'panic', 'panic-on-replicas']],
  'repl-diskless-load': ['disabled', ['disabled', 'on-empty-db', 'swapdb']],
  'sanitize-dump-payload': ['no', ['no', 'yes', 'clients']],
  'tls-auth-clients': ['yes', ['no', 'yes', 'optional']],
};

/** Any text. */
// prettier-ignore
export const KEPT_TEXTS: Readonly<Record<string, string>> = {
  'bind-source-addr': '', 'cluster-announce-ip': '', 'ignore-warnings': '', masterauth: '', masteruser: '',
  'replica-announce-ip': '', 'tls-ca-cert-dir': '',
  'tls-ca-cert-file': '', 'tls-cert-file': '', 'tls-ciphers': '', 'tls-ciphersuites': '', 'tls-client-cert-file': '',
  'tls-client-key-file': '', 'tls-client-key-file-pass': '', 'tls-dh-params-file': '', 'tls-key-file': '',
  'tls-key-file-pass': '', 'tls-protocols': '',
};

/** What cannot be changed while a Redis runs. */
// prettier-ignore
export const FIXED: Readonly<Record<string, string>> = {
  aclfile: '', 'always-show-logo': 'no', aof_rewrite_cpulist: '', appenddirname: 'appendonlydir',
  appendfilename: 'appendonly.aof', bgsave_cpulist: '', bio_cpulist: '',
  'cluster-config-file': 'nodes.conf', 'cluster-enabled': 'no', 'cluster-port': '0', daemonize: 'no',
  'disable-thp': 'yes', 'enable-module-command': 'no', 'enable-protected-configs': 'yes', 'io-threads': '1',
  'io-threads-do-reads': 'no', logfile: '', pidfile: '', rdbchecksum: 'yes', replicaof: '',
  server_cpulist: '', 'set-proc-title': 'yes', 'socket-mark-id': '0', supervised: 'no', 'syslog-enabled': 'no',
  'syslog-facility': 'local0', 'syslog-ident': 'redis', 'tcp-backlog': '511', 'tls-port': '0', unixsocket: '',
  unixsocketperm: '0',
};

/** What patterns do not find: parameters for tests of Redis itself. */
export const HIDDEN: ReadonlySet<string> = new Set([
  'key-load-delay',
  'loading-process-events-interval-bytes',
  'rdb-key-save-delay',
  'use-exit-on-panic',
  'watchdog-period',
]);

/** What patterns do not find any more since 8.0. */
export const NO_LONGER_SHOWN: readonly string[] = ['aof-disable-auto-gc', 'io-threads-do-reads'];

/** Names that 8.0 has besides. */
export const NEWER_ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['aof-rewrite-cpulist', 'aof_rewrite_cpulist'],
  ['bgsave-cpulist', 'bgsave_cpulist'],
  ['bio-cpulist', 'bio_cpulist'],
  ['server-cpulist', 'server_cpulist'],
];

/** Redis' older names of the same parameters. */
// prettier-ignore
export const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['hash-max-ziplist-entries', 'hash-max-listpack-entries'], ['hash-max-ziplist-value', 'hash-max-listpack-value'],
  ['zset-max-ziplist-entries', 'zset-max-listpack-entries'], ['zset-max-ziplist-value', 'zset-max-listpack-value'],
  ['list-max-ziplist-size', 'list-max-listpack-size'], ['lua-time-limit', 'busy-reply-threshold'],
  ['cluster-slave-no-failover', 'cluster-replica-no-failover'],
  ['cluster-slave-validity-factor', 'cluster-replica-validity-factor'],
  ['min-slaves-max-lag', 'min-replicas-max-lag'], ['min-slaves-to-write', 'min-replicas-to-write'],
  ['repl-ping-slave-period', 'repl-ping-replica-period'], ['slave-announce-ip', 'replica-announce-ip'],
  ['slave-announce-port', 'replica-announce-port'], ['slave-ignore-maxmemory', 'replica-ignore-maxmemory'],
  ['slave-lazy-flush', 'replica-lazy-flush'], ['slave-priority', 'replica-priority'],
  ['slave-read-only', 'replica-read-only'], ['slave-serve-stale-data', 'replica-serve-stale-data'],
  ['slaveof', 'replicaof'],
];
