import { resolve } from 'node:path';
import { type LoadedConfig, printDuration, resolveMode, serverUrl } from '../config';
import type { App, AppModule } from '../container';
import { createAppFrom } from '../create-app';
import { CacheBackend, isEmbedded } from '../modules/cache';
import { MetricsEndpoint, MetricsRegistry } from '../modules/metrics';
import { writeLastPort } from '../modules/snapshot/directory/last-port';
import { explainMode } from './commands/config-diagnostics';
import { EXIT } from './exit-codes';
import { portsFor } from './ports';
import { watchSignals } from './signals';

/**
 * Milliseconds a graceful stop may take: as long as the last snapshot needs. Whoever cannot wait has a second signal, and a
 * supervisor has its own limit.
 */
const STOP_TIMEOUT_MS = 2 ** 31 - 1;

/** What a command says once it serves. */
export interface Ready {
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
}

/** How a command serves. */
export interface Serving {
  readonly version: string;
  /** Print JSON, a line each. */
  readonly json: boolean;
  /** Says that it serves, and where everything is. */
  readonly announce: (facts: Ready, app: App) => void;
  /** To start besides. */
  readonly modules?: readonly AppModule[];
}

/** Starts, says where everything is, and serves until a signal. Sets the exit code. */
export async function serve(loaded: LoadedConfig, { version, json, announce, modules = [] }: Serving): Promise<void> {
  const app = createAppFrom(loaded, { ports: await portsFor(loaded), modules });
  const signals = watchSignals();
  try {
    const interrupted = await Promise.race([app.start().then(() => undefined), signals.first]);
    if (interrupted !== undefined) {
      await app.stop({ timeoutMs: STOP_TIMEOUT_MS });
      process.exitCode = 128 + interrupted.number;
      return;
    }
    const facts = ready(app, loaded, version);
    await notePort(facts);
    announce(facts, app);
    const { name } = await Promise.race([signals.first, shutdownCommand(app)]);
    if (!json) process.stdout.write(`${name}: stopping; once more to stop at once.\n`);
    const { durationMs } = await app.stop({ timeoutMs: STOP_TIMEOUT_MS });
    if (json) process.stdout.write(`${JSON.stringify({ event: 'stopped', durationMs })}\n`);
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

function ready(app: App, loaded: LoadedConfig, version: string): Ready {
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
