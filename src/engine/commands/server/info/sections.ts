import { arch, platform, release, totalmem } from 'node:os';
import type { JournalFigures } from '../../../execution/save-hooks';
import type { Services } from '../../../execution/services';
import { STARTUP_BYTES } from '../../../keyspace/memory';
import type { Client } from '../../../session/client';
import type { Replica } from '../../../replication/replica';
import { FULL_VERSION, type RedisVersion } from '../../../redis-version';
import type { CommandRecord } from '../../../command/table';
import { bytesForHumans } from '../bytes-for-humans';
import { memoryReport } from '../memory-report';
import { keySizeLines, listeningClients, refusals, since8, threadLines, watchedKeys } from './newer-fields';

/** One section of INFO. */
export interface InfoSection {
  /** As a client asks for it. */
  readonly name: string;
  readonly title: string;
  /** The version that has it first; default all. */
  readonly since?: RedisVersion;
  readonly lines: (engine: Services) => readonly string[];
}

type Fields = Readonly<Record<string, string | number>>;

const toLines = (fields: Fields) => Object.entries(fields).map(([name, value]) => `${name}:${String(value)}`);

/** Fields for things Redis has and this engine has not; monitoring expects them. */
const zeros = (...names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, 0]));

const DAY_SECONDS = 86_400;

function server(engine: Services): Fields {
  const uptime = Math.floor((engine.clock.now() - engine.identity.startedAt) / 1000);
  return {
    redis_version: FULL_VERSION[engine.version],
    redis_git_sha1: '00000000',
    redis_git_dirty: 0,
    redis_build_id: '0000000000000000',
    redis_mode: engine.cluster === undefined ? 'standalone' : 'cluster',
    os: `${platform() === 'linux' ? 'Linux' : platform()} ${release()} ${arch() === 'x64' ? 'x86_64' : arch()}`,
    arch_bits: 64,
    monotonic_clock: 'process.hrtime',
    multiplexing_api: 'libuv',
    process_id: process.pid,
    process_supervised: 'no',
    run_id: engine.identity.runId,
    tcp_port: engine.host.listening.port,
    server_time_usec: String(engine.clock.now() * 1000),
    uptime_in_seconds: uptime,
    uptime_in_days: Math.floor(uptime / DAY_SECONDS),
    hz: engine.parameters.get('hz')?.get() ?? '10',
    configured_hz: engine.parameters.get('hz')?.get() ?? '10',
    lru_clock: Math.floor(engine.clock.now() / 1000) & 0xffffff,
    executable: process.execPath,
    config_file: '',
    io_threads_active: 0,
    ...since8(engine, () => ({
      listener0: `name=tcp,bind=${engine.host.listening.host},port=${String(engine.host.listening.port)}`,
    })),
  };
}

/** Of the clients there are now: Redis remembers the largest of the last seconds. */
function largest(engine: Services, bytesOf: (client: Client) => number): number {
  let most = 0;
  for (const client of engine.clients.byId.values()) most = Math.max(most, bytesOf(client));
  return most;
}

function clients(engine: Services): Fields {
  return {
    connected_clients: engine.clients.visible().length,
    cluster_connections: 0,
    maxclients: engine.parameters.get('maxclients')?.get() ?? '',
    client_recent_max_input_buffer: largest(engine, (client) => client.receivedBytes),
    client_recent_max_output_buffer: largest(engine, (client) => client.output.unread?.() ?? 0),
    blocked_clients: engine.blocking.blocked.size,
    tracking_clients: engine.tracking.clients,
    ...since8(engine, () => listeningClients(engine)),
    clients_in_timeout_table: [...engine.blocking.blocked].filter(({ blocked }) => blocked?.timer !== undefined).length,
    ...since8(engine, () => watchedKeys(engine)),
  };
}

function memory(engine: Services): Fields {
  const { configured, policy } = engine.memory;
  const report = memoryReport(engine);
  return {
    used_memory: report.used,
    used_memory_human: bytesForHumans(report.used),
    used_memory_rss: report.resident,
    used_memory_rss_human: bytesForHumans(report.resident),
    used_memory_peak: report.peak,
    used_memory_peak_human: bytesForHumans(report.peak),
    used_memory_peak_perc: percent(report.used, report.peak),
    used_memory_overhead: report.overhead,
    used_memory_startup: STARTUP_BYTES,
    used_memory_dataset: report.dataset,
    used_memory_dataset_perc: percent(report.dataset, report.used),
    allocator_allocated: report.heapUsed,
    allocator_active: report.heapTotal,
    allocator_resident: report.resident,
    ...since8(engine, () => zeros('allocator_muzzy')),
    total_system_memory: totalmem(),
    total_system_memory_human: bytesForHumans(totalmem()),
    used_memory_lua: report.scripts.vm,
    used_memory_vm_eval: report.scripts.vm,
    used_memory_lua_human: bytesForHumans(report.scripts.vm),
    used_memory_scripts_eval: report.scripts.sources,
    number_of_cached_scripts: engine.scripts.cached,
    number_of_functions: engine.libraries.functionCount,
    number_of_libraries: engine.libraries.sources().length,
    used_memory_vm_functions: report.functions.vm,
    used_memory_vm_total: report.scripts.vm + report.functions.vm,
    used_memory_vm_total_human: bytesForHumans(report.scripts.vm + report.functions.vm),
    used_memory_functions: report.functions.sources,
    used_memory_scripts: report.scripts.sources + report.functions.sources,
    used_memory_scripts_human: bytesForHumans(report.scripts.sources + report.functions.sources),
    maxmemory: configured,
    maxmemory_human: bytesForHumans(configured),
    maxmemory_policy: policy,
    allocator_frag_ratio: ratio(report.heapTotal, report.heapUsed),
    allocator_frag_bytes: report.heapTotal - report.heapUsed,
    allocator_rss_ratio: ratio(report.resident, report.heapTotal),
    allocator_rss_bytes: report.resident - report.heapTotal,
    rss_overhead_ratio: '1.00',
    rss_overhead_bytes: 0,
    mem_fragmentation_ratio: ratio(report.resident, report.used),
    mem_fragmentation_bytes: report.resident - report.used,
    mem_not_counted_for_evict: engine.memory.replicaBytes,
    mem_replication_backlog: engine.memory.backlogBytes,
    mem_total_replication_buffers: engine.memory.backlogBytes + engine.memory.replicaBytes,
    ...since8(engine, () => zeros('mem_replica_full_sync_buffer')),
    mem_clients_slaves: engine.memory.replicaBytes,
    mem_clients_normal: engine.memory.clientBytes,
    ...zeros('mem_cluster_links', 'mem_aof_buffer'),
    mem_allocator: 'v8',
    ...since8(engine, () => zeros('mem_overhead_db_hashtable_rehashing')),
    ...zeros('active_defrag_running', 'lazyfree_pending_objects'),
    lazyfreed_objects: engine.keyspace.stats.lazyFreed,
  };
}

const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b).toFixed(2);
const percent = (part: number, whole: number) => `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(2)}%`;

/** What Redis shows of an append-only file only while it has one. */
function journalFields({ length, syncing, delayed }: JournalFigures): Fields {
  return {
    aof_current_size: length,
    ...zeros('aof_base_size', 'aof_pending_rewrite', 'aof_buffer_length'),
    aof_pending_bio_fsync: syncing ? 1 : 0,
    aof_delayed_fsync: delayed,
  };
}

function persistence(engine: Services): Fields {
  const { saveHooks } = engine.host;
  const journal = saveHooks?.journal?.();
  return {
    loading: engine.switches.loading ? 1 : 0,
    async_loading: 0,
    ...zeros('current_cow_peak', 'current_cow_size', 'current_cow_size_age'),
    current_fork_perc: '0.00',
    ...zeros('current_save_keys_processed', 'current_save_keys_total'),
    rdb_changes_since_last_save: engine.keyspace.dirty,
    rdb_bgsave_in_progress: saveHooks?.saving() === true ? 1 : 0,
    rdb_last_save_time: Math.floor((saveHooks?.lastSave() ?? 0) / 1000) || Math.floor(engine.identity.startedAt / 1000),
    rdb_last_bgsave_status: saveHooks?.failed?.() === true ? 'err' : 'ok',
    rdb_last_bgsave_time_sec: -1,
    rdb_current_bgsave_time_sec: -1,
    ...zeros('rdb_saves', 'rdb_last_cow_size', 'rdb_last_load_keys_expired', 'rdb_last_load_keys_loaded'),
    aof_enabled: journal === undefined ? 0 : 1,
    // The same snapshot serves BGSAVE and BGREWRITEAOF.
    aof_rewrite_in_progress: saveHooks?.saving() === true ? 1 : 0,
    aof_rewrite_scheduled: 0,
    aof_last_rewrite_time_sec: -1,
    aof_current_rewrite_time_sec: -1,
    aof_last_bgrewrite_status: 'ok',
    ...zeros('aof_rewrites', 'aof_rewrites_consecutive_failures'),
    aof_last_write_status: journal?.healthy === false ? 'err' : 'ok',
    ...zeros('aof_last_cow_size', 'module_fork_in_progress', 'module_fork_last_cow_size'),
    ...(journal === undefined ? {} : journalFields(journal)),
  };
}

/** Nobody measures it. */
const EVENT_LOOP = [
  'eventloop_cycles',
  'eventloop_duration_sum',
  'eventloop_duration_cmd_sum',
  'instantaneous_eventloop_cycles_per_sec',
  'instantaneous_eventloop_duration_usec',
] as const;

const kilobytes = (bytes: number) => (bytes / 1024).toFixed(2);

/** What went over the network. */
function traffic(counts: Services['counters']): Fields {
  return {
    total_net_input_bytes: counts.netInput,
    total_net_output_bytes: counts.netOutput,
    total_net_repl_input_bytes: 0,
    total_net_repl_output_bytes: counts.netOutputToReplicas,
    instantaneous_input_kbps: kilobytes(counts.rates.netInput.perSecond(counts.netInput)),
    instantaneous_output_kbps: kilobytes(counts.rates.netOutput.perSecond(counts.netOutput)),
    instantaneous_input_repl_kbps: '0.00',
    instantaneous_output_repl_kbps: '0.00',
  };
}

function stats(engine: Services): Fields {
  const { keyspace, pubsub, tracking, counters: counts } = engine;
  return {
    total_connections_received: counts.connections,
    total_commands_processed: counts.commands,
    instantaneous_ops_per_sec: Math.round(engine.counters.rates.commands.perSecond(counts.commands)),
    ...traffic(counts),
    rejected_connections: counts.rejectedConnections,
    sync_full: counts.fullSyncs,
    sync_partial_ok: counts.partialSyncs,
    sync_partial_err: counts.refusedPartialSyncs,
    ...(engine.version >= '7.4' ? { expired_subkeys: keyspace.stats.expiredFields } : {}),
    expired_keys: keyspace.stats.expired,
    expired_stale_perc: '0.00',
    expired_time_cap_reached_count: 0,
    expire_cycle_cpu_milliseconds: Math.floor(counts.expireMicroseconds / 1000),
    evicted_keys: keyspace.stats.evicted,
    evicted_clients: engine.clients.memory.evicted,
    ...since8(engine, () => zeros('evicted_scripts')),
    ...zeros('total_eviction_exceeded_time', 'current_eviction_exceeded_time'),
    keyspace_hits: keyspace.stats.hits,
    keyspace_misses: keyspace.stats.misses,
    pubsub_channels: pubsub.channels.size,
    pubsub_patterns: pubsub.patterns.size,
    pubsubshard_channels: pubsub.shardChannels.size,
    ...zeros(
      'latest_fork_usec',
      'total_forks',
      'migrate_cached_sockets',
      'slave_expires_tracked_keys',
      'active_defrag_hits',
      'active_defrag_misses',
      'active_defrag_key_hits',
      'active_defrag_key_misses',
      'total_active_defrag_time',
      'current_active_defrag_time',
    ),
    tracking_total_keys: tracking.trackedKeys,
    tracking_total_items: tracking.trackedItems,
    tracking_total_prefixes: tracking.trackedPrefixes,
    unexpected_error_replies: 0,
    total_error_replies: counts.errorReplies,
    dump_payload_sanitizations: 0,
    total_reads_processed: counts.reads,
    total_writes_processed: counts.writes,
    ...zeros('io_threaded_reads_processed', 'io_threaded_writes_processed'),
    ...since8(engine, () => ({
      client_query_buffer_limit_disconnections: counts.queryBufferDisconnections,
      client_output_buffer_limit_disconnections: counts.outputBufferDisconnections,
    })),
    ...zeros('reply_buffer_shrinks', 'reply_buffer_expands'),
    ...since8(engine, () => ({ ...zeros(...EVENT_LOOP), ...refusals(engine) })),
  };
}

function replicationFields(engine: Services): Fields {
  const { replication, parameters } = engine;
  const { replicas, backlog } = replication;
  const { fewestReplicas, replicaLag } = parameters;
  return {
    role: 'master',
    connected_slaves: replicas.length,
    ...(fewestReplicas > 0 && replicaLag > 0 && { min_slaves_good_slaves: replication.good(replicaLag) }),
    ...Object.fromEntries(replicas.map((replica, i) => [`slave${String(i)}`, describeReplica(engine, replica)])),
    master_failover_state: 'no-failover',
    master_replid: engine.identity.replicationId,
    master_replid2: '0'.repeat(40),
    master_repl_offset: replication.offset,
    second_repl_offset: -1,
    repl_backlog_active: backlog === undefined ? 0 : 1,
    repl_backlog_size: replication.backlogSize,
    repl_backlog_first_byte_offset: backlog?.firstOffset ?? 0,
    repl_backlog_histlen: backlog?.length ?? 0,
  };
}

function describeReplica({ clock }: Services, { address, announced, state, acknowledged, heardAt }: Replica): string {
  const lag = state === 'online' ? Math.floor((clock.now() - heardAt) / 1000) : 0;
  return `ip=${address},port=${String(announced.port)},state=${state},offset=${String(acknowledged)},lag=${String(lag)}`;
}

function cpu(): Fields {
  const { user, system } = process.cpuUsage();
  const seconds = (micros: number) => (micros / 1_000_000).toFixed(6);
  return {
    used_cpu_sys: seconds(system),
    used_cpu_user: seconds(user),
    used_cpu_sys_children: '0.000000',
    used_cpu_user_children: '0.000000',
    used_cpu_sys_main_thread: seconds(system),
    used_cpu_user_main_thread: seconds(user),
  };
}

function commandStats({ fullName, stats: counts }: CommandRecord): string[] {
  const { calls, microseconds, rejected, failed } = counts;
  if (calls + rejected + failed === 0) return [];
  const each = (calls === 0 ? 0 : microseconds / calls).toFixed(2);
  return [
    `cmdstat_${fullName}:calls=${String(calls)},usec=${microseconds.toFixed(0)},usec_per_call=${each},rejected_calls=${String(rejected)},failed_calls=${String(failed)}`,
  ];
}

function latencyStats({ latency: { percentiles } }: Services, { fullName, stats: counts }: CommandRecord): string[] {
  const { histogram } = counts;
  if (histogram === undefined) return [];
  const values = percentiles.map(
    (percentile) => `p${String(percentile)}=${histogram.percentile(percentile).toFixed(3)}`,
  );
  return [`latency_percentiles_usec_${fullName}:${values.join(',')}`];
}

function keyspaceLines({ keyspace, clock, version }: Services): string[] {
  return keyspace.databases.flatMap(({ index, dataset }) => {
    if (dataset.size === 0) return [];
    const expires = dataset.expiries.size;
    // The heap's first deadline stands for all: an average would have to look at every key.
    const ttl = expires === 0 ? 0 : Math.max(0, dataset.expiries.firstTime - clock.now());
    const timed = version >= '7.4' ? `,subexpiry=${String(dataset.fieldExpiries.size)}` : '';
    return [
      `db${String(index)}:keys=${String(dataset.size)},expires=${String(expires)},avg_ttl=${String(ttl)}${timed}`,
    ];
  });
}

const section = (name: string, title: string, fields: (engine: Services) => Fields): InfoSection => ({
  name,
  title,
  lines: (engine) => toLines(fields(engine)),
});

/** In the order INFO shows them. */
export const INFO_SECTIONS: readonly InfoSection[] = [
  section('server', 'Server', server),
  section('clients', 'Clients', clients),
  section('memory', 'Memory', memory),
  section('persistence', 'Persistence', persistence),
  { name: 'threads', title: 'Threads', since: '8.0', lines: threadLines },
  section('stats', 'Stats', stats),
  section('replication', 'Replication', replicationFields),
  section('cpu', 'CPU', cpu),
  { name: 'modules', title: 'Modules', lines: () => [] },
  {
    name: 'commandstats',
    title: 'Commandstats',
    lines: (engine) => engine.commands.used().flatMap(commandStats),
  },
  {
    name: 'errorstats',
    title: 'Errorstats',
    lines: (engine) => [...engine.counters.errors].map(([code, count]) => `errorstat_${code}:count=${String(count)}`),
  },
  {
    name: 'latencystats',
    title: 'Latencystats',
    lines: (engine) => engine.commands.used().flatMap((record) => latencyStats(engine, record)),
  },
  section('cluster', 'Cluster', ({ cluster }) => ({ cluster_enabled: cluster === undefined ? 0 : 1 })),
  { name: 'keyspace', title: 'Keyspace', lines: keyspaceLines },
  { name: 'keysizes', title: 'Keysizes', since: '8.0', lines: keySizeLines },
];
