import { entryBytes } from '../../keyspace/entry';
import { DoubleReply, MapReply, OK, VerbatimReply, type Reply } from '../../protocol/reply';
import { formatDouble } from '../../protocol/format-double';
import { integer } from '../../command/arguments';
import { defineContainer, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { bytesForHumans } from './bytes-for-humans';
import { memoryReport } from './memory-report';

const REPORT = {
  arity: 2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  hints: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
} as const;

const usage = defineCommand({
  name: 'usage',
  arity: -3,
  flags: ['readonly'],
  group: 'server',
  since: '4.0.0',
  summary: 'Estimates how many bytes a key takes; the whole value is always counted.',
  complexity: 'O(1)',
  keys: [oneKey('RO', 2)],
  syntax: 'key [SAMPLES count]',
  run(context, [, key, ...options]) {
    for (let i = 0; i < options.length; i += 2) {
      const count = options[i + 1];
      if (options[i]?.toLowerCase() !== 'samples' || count === undefined || integer(count) < 0) throw SYNTAX_ERROR;
    }
    const entry = context.engine.keyspace.find(context.db, key, () => context.now);
    return entry === undefined ? null : entryBytes(key, entry.value);
  },
});

const double = (value: number) => new DoubleReply(value, formatDouble(value));

const stats = defineCommand({
  ...REPORT,
  name: 'stats',
  summary: 'Says where memory goes.',
  complexity: 'O(1)',
  run({ engine }) {
    const report = memoryReport(engine);
    const isNewer = engine.version >= '8.0';
    const newer = (...fields: Reply[]) => (isNewer ? fields : []);
    const keys = engine.keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0);
    const entries: Reply[] = [
      'peak.allocated',
      report.peak,
      'total.allocated',
      report.used,
      'startup.allocated',
      0,
      'replication.backlog',
      engine.memory.backlogBytes,
      ...newer('replica.fullsync.buffer', 0),
      'clients.slaves',
      engine.memory.replicaBytes,
      'clients.normal',
      0,
      'cluster.links',
      0,
      'aof.buffer',
      0,
      'lua.caches',
      report.scripts.sources,
      'functions.caches',
      report.functions.sources,
      ...newer('script.VMs', report.scripts.vm + report.functions.vm),
    ];
    for (const { index, dataset } of engine.keyspace.databases) {
      if (dataset.size === 0) continue;
      const tables = new MapReply([
        'overhead.hashtable.main',
        dataset.size * 130,
        'overhead.hashtable.expires',
        dataset.expiries.size * 16,
        ...(isNewer ? [] : ['overhead.hashtable.slot-to-keys', 0]),
      ]);
      entries.push(`db.${String(index)}`, tables);
    }
    entries.push(
      ...newer('overhead.db.hashtable.lut', 0, 'overhead.db.hashtable.rehashing', 0),
      'overhead.total',
      report.overhead,
      ...newer('db.dict.rehashing.count', 0),
      'keys.count',
      keys,
      'keys.bytes-per-key',
      keys === 0 ? 0 : Math.floor(report.used / keys),
      'dataset.bytes',
      report.dataset,
      'dataset.percentage',
      double(share(report.dataset, report.used)),
      'peak.percentage',
      double(share(report.used, report.peak)),
      'allocator.allocated',
      report.heapUsed,
      'allocator.active',
      report.heapTotal,
      'allocator.resident',
      report.resident,
      ...newer('allocator.muzzy', 0),
      'allocator-fragmentation.ratio',
      double(report.heapTotal / report.heapUsed),
      'allocator-fragmentation.bytes',
      report.heapTotal - report.heapUsed,
      'allocator-rss.ratio',
      double(report.resident / report.heapTotal),
      'allocator-rss.bytes',
      report.resident - report.heapTotal,
      'rss-overhead.ratio',
      double(1),
      'rss-overhead.bytes',
      0,
      'fragmentation',
      double(report.used === 0 ? 0 : report.resident / report.used),
      'fragmentation.bytes',
      report.resident - report.used,
    );
    return new MapReply(entries);
  },
});

const share = (part: number, whole: number) => (whole === 0 ? 0 : (part / whole) * 100);

const doctor = defineCommand({
  ...REPORT,
  name: 'doctor',
  summary: 'Says in words how memory is doing.',
  complexity: 'O(1)',
  run({ engine }) {
    const { used, heapUsed } = memoryReport(engine);
    const { limit } = engine.memory;
    const limits =
      limit === 0
        ? 'there is no limit'
        : `the limit is ${bytesForHumans(limit)} (${share(used, limit).toFixed(1)}% in use)`;
    return new VerbatimReply(
      'txt',
      `Keys take about ${bytesForHumans(used)}, the JavaScript heap ${bytesForHumans(heapUsed)}; ${limits}.\n`,
    );
  },
});

const mallocStats = defineCommand({
  ...REPORT,
  name: 'malloc-stats',
  summary: "Answers V8's own statistics.",
  complexity: 'O(1)',
  run: () => new VerbatimReply('txt', `${JSON.stringify(process.memoryUsage(), undefined, 1)}\n`),
});

const purge = defineCommand({
  ...REPORT,
  name: 'purge',
  summary: 'Does nothing: V8 gives memory back by itself.',
  complexity: 'O(1)',
  hints: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  run: () => OK,
});

export const memory = defineContainer({
  name: 'memory',
  helpSince: '4.0.0',
  arity: -2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'Commands about memory.',
  subcommands: [doctor, mallocStats, purge, stats, usage],
});
