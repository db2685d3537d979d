import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCommand } from '../support/cli';
import { ORACLE } from '../support/oracle';
import { freePort, startRedisServer } from '../support/redis-server';
import { temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

const run = promisify(execFile);

/** The Redis whose tests are run; they are written in Tcl. */
const RELEASE = { '7.0': '7.0.15', '8.0': '8.0.2' }[ORACLE];
/** Debian's source of it. */
const SOURCE = `http://deb.debian.org/debian/pool/main/r/redis/redis_${RELEASE}.orig.tar.gz`;

/** The parts of the suite that may run against a server somebody else has started. */
const UNITS = [
  ...['string', 'incr', 'hash', 'list', 'list-2', 'list-3', 'set', 'zset', 'stream', 'stream-cgroups'].map(
    (name) => `type/${name}`,
  ),
  ...['keyspace', 'scan', 'expire', 'sort', 'multi', 'scripting', 'functions', 'pubsub', 'bitops', 'bitfield', 'geo'],
  ...[
    'hyperloglog',
    'dump',
    'protocol',
    'info-command',
    'other',
    'quit',
    'latency-monitor',
    'slowlog',
    'introspection',
  ],
  ...['introspection-2', 'lazyfree', 'tracking', 'pause'],
  ...(ORACLE >= '8.0' ? ['info-keysizes'] : []),
].map((name) => `unit/${name}`);

/** Tests that cannot pass here, and why. One that passes after all has to leave this list. */
const KNOWN: readonly (readonly [test: RegExp, reason: string])[] = [
  [
    /script timeout|SCRIPT KILL|script kill|function kill|false dead client/,
    'one thread runs scripts and serves clients: a script that takes too long is stopped, nobody is told BUSY meanwhile',
  ],
  [/^trim on SET with big value$/, 'it is about the memory allocator, and only there when that is jemalloc'],
  [
    /lazy expiration|^KEYSIZES - Test HASH \(hashtable/,
    'a field whose time has come is gone for everybody at once, and none is left for the active expiry that a test turns off',
  ],
  [/(?:increase|change) dirty$/, '`rdb_changes_since_last_save` counts changes of keys'],
  [/^LATENCY of expire events|expire event graph$/, 'freeing a large value takes no time that could be measured'],
  [/^SORT STORE quicklist with the right options$/, 'DEBUG OBJECT tells nothing of the nodes of a list'],
  [/^Verify Lua performs GC correctly/, 'V8 needs more memory for a compiled script than Lua does'],
  [/^FUNCTION - async function flush rebuilds/, 'functions that are freed count as no objects'],
  [/^PFMERGE results with simd$/, 'there are no vector instructions that could be turned off'],
];

/** Tests in which the server follows another one: the engine does not, and what they leave behind would make others fail. */
const FOLLOWING = ['MULTI / EXEC with REPLICAOF', 'exec with read commands and stale replica state change'];

const SECONDS_PER_UNIT = 300;

interface Outcome {
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

async function fetchSuite(): Promise<string> {
  const folder = await temporaryPath();
  mkdirSync(folder);
  const archive = join(folder, 'redis.tar.gz');
  const response = await fetch(SOURCE);
  if (!response.ok) throw new Error(`${SOURCE} answered ${String(response.status)}`);
  writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
  await run('tar', ['xzf', archive, '-C', folder]);
  return join(folder, `redis-${RELEASE}`);
}

async function runUnit(suite: string, unit: string, port: number): Promise<Outcome> {
  const tests = await freePort();
  const args = ['tests/test_helper.tcl', '--host', '127.0.0.1', '--port', String(port), '--single', unit];
  const skipped = FOLLOWING.flatMap((test) => ['--skiptest', test]);
  const options = ['--clients', '1', '--durable', '--baseport', String(tests), ...skipped];
  const { stdout } = await run('tclsh', [...args, ...options], {
    cwd: suite,
    timeout: SECONDS_PER_UNIT * 1000,
    maxBuffer: 2 ** 28,
  }).catch((failure: unknown) => failure as { stdout: string }); // it ends with 1 when a test has failed
  const named = (mark: string) =>
    [...stripColours(stdout).matchAll(new RegExp(`^\\[${mark}\\]: (.*?)(?: \\(\\d+ ms\\)| in tests/.*)$`, 'gm'))].map(
      ([, name = '']) => name,
    );
  return { passed: new Set(named('ok')), failed: new Set([...named('err'), ...named('exception')]) };
}

const stripColours = (text: string) => text.replace(/\x1b\[[\d;]*m/g, '');

async function onRedis(suite: string, unit: string): Promise<Outcome> {
  const server = await startRedisServer();
  try {
    return await runUnit(suite, unit, server.port);
  } finally {
    await server.stop();
  }
}

async function onRespite(suite: string, unit: string): Promise<Outcome> {
  const cwd = await temporaryPath();
  mkdirSync(cwd);
  const port = await freePort();
  const settings = [`redis.standalone.listener.port=${String(port)}`, `redis.standalone.version=${ORACLE}`];
  const command = startCommand(['start', '--standalone', ...settings.flatMap((setting) => ['--set', setting])], {
    cwd,
  });
  await command.line((line) => line.includes(String(port)));
  try {
    return await runUnit(suite, unit, port);
  } finally {
    command.process.kill('SIGTERM');
    await Promise.race([command.ended, once(command.process, 'exit')]);
  }
}

/**
 * Redis' own test suite, against Redis and against `respite start`: what passes there has to pass here. The suite is
 * fetched when it is run; it needs tclsh.
 */
export const campaign: Campaign = {
  name: 'redis-suite',
  unit: 'parts of the suite',
  defaultSize: UNITS.length,
  async run({ size }) {
    const suite = await fetchSuite();
    const counts = { passed: 0, failedOnBoth: 0, known: 0 };
    const unexplained: string[] = [];
    for (const unit of UNITS.slice(0, size)) {
      const [expected, actual] = [await onRedis(suite, unit), await onRespite(suite, unit)];
      for (const test of expected.passed) {
        if (actual.passed.has(test)) counts.passed += 1;
        else if (KNOWN.some(([known]) => known.test(test))) counts.known += 1;
        else unexplained.push(`${unit}: ${test}`);
      }
      counts.failedOnBoth += [...expected.failed].filter((test) => !actual.passed.has(test)).length;
      process.stdout.write(`${unit}: ${String(actual.passed.size)} of ${String(expected.passed.size)}\n`);
    }
    if (unexplained.length > 0) throw new Error(`pass on Redis only:\n${unexplained.join('\n')}`);
    return { ...counts, explanations: KNOWN.map(([, reason]) => reason) };
  },
};
