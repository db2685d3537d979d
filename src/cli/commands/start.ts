import { relative, resolve } from 'node:path';
import { type LoadedConfig, printDuration, resolveMode, serverUrl } from '../../config';
import type { App } from '../../container';
import { createAppFrom } from '../../create-app';
import { CacheBackend, isEmbedded } from '../../modules/cache';
import { writeLastPort } from '../../modules/snapshot/directory/last-port';
import { MetricsEndpoint, MetricsRegistry } from '../../modules/metrics';
import { type ConfigOptions, loadForStart } from '../config-options';
import { EXIT } from '../exit-codes';
import { guide } from '../guide';
import { portsFor } from '../ports';
import { table } from '../render';
import { watchSignals } from '../signals';
import { type OuterName, outerModules, outerNames } from '../outer-modules';
import { explainMode } from './config-diagnostics';

/** Options of `respite start`. */
export interface StartOptions extends ConfigOptions {
  readonly guide?: boolean;
  /** Parts to start besides the cache, separated by commas. */
  readonly with?: string;
}

/**
 * Milliseconds a graceful stop may take: as long as the last snapshot needs. Whoever cannot wait has a second signal, and a
 * supervisor has its own limit.
 */
const STOP_TIMEOUT_MS = 2 ** 31 - 1;

/** What `respite start` says once it serves. */
interface Ready {
  readonly event: 'ready';
  readonly version: string;
  readonly pid: number;
  readonly mode: string;
  readonly decidedBy: string;
  readonly source: string;
  readonly backend: string;
  /** Where clients reach it, without password. */
  readonly url: string | null;
  /** Absolute. */
  readonly dataDir: string | null;
  readonly snapshotInterval: string | null;
  /** Where `/metrics` is; null without prom-client. */
  readonly metrics: string | null;
  /** Where `/healthz` and `/readyz` are. */
  readonly health: string | null;
  readonly file: string | null;
  /** Where the MCP proxy is; null without one. */
  readonly mcpproxy: string | null;
  /** The token of the MCP proxy when this start has made it: it is shown once. */
  readonly mcpproxyToken: string | null;
  /** Where Temporal is; null when it was not asked for. */
  readonly temporal: string | null;
}

/** Starts, says where everything is, and serves until a signal. Sets the exit code. */
export async function start(options: StartOptions, version: string): Promise<void> {
  const loaded = loadForStart(options);
  const outer = outerNames(options.with, loaded);
  const app = createAppFrom(loaded, { ports: await portsFor(loaded), modules: outerModules(outer) });
  const signals = watchSignals();
  try {
    const interrupted = await Promise.race([app.start().then(() => undefined), signals.first]);
    if (interrupted !== undefined) {
      await app.stop({ timeoutMs: STOP_TIMEOUT_MS });
      process.exitCode = 128 + interrupted.number;
      return;
    }
    const facts = { ...ready(app, loaded, version), ...outerFacts(app, outer) };
    await notePort(facts);
    announce(facts, options);
    const { name } = await Promise.race([signals.first, shutdownCommand(app)]);
    if (options.json !== true) process.stdout.write(`${name}: stopping; once more to stop at once.\n`);
    const { durationMs } = await app.stop({ timeoutMs: STOP_TIMEOUT_MS });
    if (options.json === true) process.stdout.write(`${JSON.stringify({ event: 'stopped', durationMs })}\n`);
    else process.stdout.write('Stopped.\n');
    process.exitCode = EXIT.ok;
  } finally {
    signals.dispose();
  }
}

/** For the next start. Without it that one takes another port, which is no reason to fail. */
async function notePort({ url, dataDir }: Ready): Promise<void> {
  const port = dataDir === null || url === null ? 0 : Number(new URL(url).port);
  if (dataDir !== null && port > 0) await writeLastPort(dataDir, port).catch(() => undefined);
}

/** Resolves when a client of the listener sends SHUTDOWN. */
function shutdownCommand(app: App): Promise<{ readonly name: string }> {
  return new Promise((resolve) => {
    const backend = app.get(CacheBackend);
    if (isEmbedded(backend))
      backend.onShutdownCommand = () => {
        resolve({ name: 'SHUTDOWN' });
      };
  });
}

type OuterFacts = Pick<Ready, 'mcpproxy' | 'mcpproxyToken' | 'temporal'>;

function outerFacts(app: App, names: readonly OuterName[]): OuterFacts {
  const facts: { -readonly [N in keyof OuterFacts]: OuterFacts[N] } = {
    mcpproxy: null,
    mcpproxyToken: null,
    temporal: null,
  };
  if (names.includes('mcpproxy')) {
    const { McpProxy, MadeMcpToken } = require('../../modules/mcp-proxy') as typeof import('../../modules/mcp-proxy');
    facts.mcpproxy = app.get(McpProxy).url;
    facts.mcpproxyToken = app.get(MadeMcpToken) ?? null;
  }
  if (names.includes('temporal')) {
    const { TemporalConnection } = require('../../modules/temporal') as typeof import('../../modules/temporal');
    facts.temporal = app.get(TemporalConnection).address;
  }
  return facts;
}

function ready(app: App, loaded: LoadedConfig, version: string): Omit<Ready, keyof OuterFacts> {
  const backend = app.get(CacheBackend);
  const { redis } = loaded.config;
  const { persistence } = redis.standalone;
  const standalone = resolveMode('redis', loaded.config).mode === 'standalone';
  const endpoint = app.get(MetricsEndpoint)?.url ?? null;
  const kept = standalone && persistence.enabled;
  return {
    event: 'ready',
    version,
    pid: process.pid,
    ...explainMode('redis', loaded),
    backend: backend.name,
    url: standalone ? (isEmbedded(backend) ? (backend.listenerUrl ?? null) : null) : serverUrl(redis),
    dataDir: kept ? resolve(persistence.data_dir) : null,
    snapshotInterval: kept ? String(printDuration(persistence.snapshot_interval)) : null,
    metrics: app.get(MetricsRegistry) === undefined ? null : endpoint,
    health: endpoint,
    file: loaded.file ?? null,
  };
}

function announce(facts: Ready, options: StartOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  const { version, mode, decidedBy, source, backend, url, dataDir, snapshotInterval, metrics, health, file } = facts;
  const { mcpproxy, mcpproxyToken, temporal } = facts;
  const rows = [
    ['mode', `${mode} (${decidedBy === 'default' ? 'the default' : `${decidedBy}, from ${source}`})`],
    ['backend', backend],
    [mode === 'standalone' ? 'listener' : 'server', url ?? 'none: only this process reaches it'],
    ...(mode === 'standalone'
      ? [['data', dataDir === null ? 'in memory only' : `${dataDir}, written every ${snapshotInterval ?? ''}`]]
      : []),
    ...(metrics === null ? [] : [['metrics', `${metrics}/metrics`]]),
    ...(health === null ? [] : [['health', `${health}/healthz and ${health}/readyz`]]),
    ...(mcpproxy === null ? [] : [['mcpproxy', `${mcpproxy}/mcp`]]),
    ...(mcpproxyToken === null ? [] : [['mcp token', `${mcpproxyToken} (made now and kept; not shown again)`]]),
    ...(temporal === null ? [] : [['temporal', temporal]]),
    ['config', file === null ? 'no file' : relative(process.cwd(), file)],
  ];
  process.stdout.write(`Respite ${version} is ready.\n${table(rows, '  ')}\n`);
  if (options.guide === true && url !== null && mode === 'standalone')
    process.stdout.write(guide(url, dataDir !== null));
  process.stdout.write('Ctrl-C stops it.\n');
}
