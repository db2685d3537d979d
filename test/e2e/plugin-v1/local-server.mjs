import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { formats, PROVIDER_API_VERSION, RespiteError, setting } from 'respite';

/** A redis-server of the application's own: started with it, reached through a socket nobody else sees, ended with it. */
export const localServer = {
  name: 'local-server',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'standalone',
  configSchema: {
    binary: setting({ doc: 'The redis-server to run.', format: formats.text, default: 'redis-server' }),
    patience: setting({ doc: 'How long it may take to start.', format: formats.duration(), default: 5000 }),
  },
  async create({ config, settings, logger, signal }) {
    const directory = await mkdtemp(join(tmpdir(), 'local-server-'));
    const path = join(directory, 'redis.sock');
    const args = ['--port', '0', '--unixsocket', path, '--dir', directory, '--save', '', '--databases', '16'];
    const server = spawn(settings.binary, args, { stdio: 'ignore' });
    const exited = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
    const stop = async () => {
      server.kill();
      await exited;
      await rm(directory, { recursive: true, force: true });
    };
    const options = { path, db: config.redis.db };
    const client = new Redis({ ...options, lazyConnect: true, retryStrategy: (times) => Math.min(times * 10, 100) });
    try {
      await ready(client, exited, AbortSignal.any([signal, AbortSignal.timeout(settings.patience)]), settings);
    } catch (failure) {
      client.disconnect();
      await stop();
      throw failure;
    }
    logger.info({ event: 'local_server_started', pid: server.pid }, 'started a redis-server');
    return new LocalServerBackend(client, options, stop);
  },
};

/** Resolves when the server answers. */
async function ready(client, exited, signal, { binary, patience }) {
  const refused = (reason) =>
    new RespiteError('REDIS_UNREACHABLE', {
      message: `${binary} ${reason}. Check plugins.local-server.binary, or raise plugins.local-server.patience (${patience} ms).`,
    });
  client.on('error', () => {}); // until the socket is there; ioredis tries again
  const connected = new Promise((resolve) => client.once('ready', resolve));
  client.connect().catch(() => {});
  const outcome = await Promise.race([
    connected.then(() => 'ready'),
    exited.then(() => 'could not be started'),
    once(signal, 'abort').then(() => 'did not answer in time'),
  ]);
  if (outcome !== 'ready') throw refused(outcome);
}

class LocalServerBackend {
  name = 'local-server';
  mode = 'standalone';
  #options;
  #stop;
  #connections = new Set();
  #closing;

  constructor(client, options, stop) {
    this.client = client;
    this.#options = options;
    this.#stop = stop;
  }

  connection(purpose) {
    if (this.#closing !== undefined)
      throw new RespiteError('BACKEND_CLOSED', { message: `A ${purpose} connection was asked of a closed backend.` });
    const own = purpose === 'blocking' ? { maxRetriesPerRequest: null } : {};
    const connection = new Redis({ ...this.#options, ...own });
    this.#connections.add(connection);
    connection.once('end', () => this.#connections.delete(connection));
    return connection;
  }

  redisOptions() {
    return { ...this.#options };
  }

  async health() {
    if (this.#closing !== undefined)
      return { status: 'down', latencyMs: undefined, reasons: ['the backend is closed'] };
    const begin = performance.now();
    try {
      await this.client.ping();
      return { status: 'ok', latencyMs: performance.now() - begin, reasons: [] };
    } catch (failure) {
      return { status: 'down', latencyMs: undefined, reasons: [failure.message] };
    }
  }

  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    for (const connection of [this.client, ...this.#connections]) connection.disconnect();
    await this.#stop();
  }
}
