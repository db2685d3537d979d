import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ORACLE, ORACLE_SERVER, type OracleVersion } from './oracle';

/** A real redis-server of our own; `stop` ends it and waits until it is gone. */
export interface RedisServer {
  readonly port: number;
  readonly host: '127.0.0.1';
  readonly pid: number;
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Further command line arguments, e.g. `['--requirepass', 'secret']`; they outrank the defaults. */
  readonly args?: readonly string[];
  /** Run as a sentinel with this configuration file; it writes what it learns into it. */
  readonly sentinel?: string;
  /** Default: the version this run compares with. */
  readonly version?: OracleVersion;
}

const HOST = '127.0.0.1';
const ATTEMPTS = 5;

const DEFAULT_ARGS = [
  ['--bind', HOST],
  ['--save', ''],
  ['--appendonly', 'no'],
  ['--enable-debug-command', 'yes'],
  ['--enable-protected-configs', 'yes'],
].flat();

/** Ends the server when we end, however that happens: inside Jest no exit handler of ours would run. */
const LAUNCHER = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];

/**
 * Starts a redis-server (the one on PATH, or the 8.0.2 that scripts/redis-8 laid out) on a free loopback port and waits until it accepts connections.
 * @throws Error when there is none, when it is not of the version asked for, or when it ends before it is ready.
 */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await launch(port, options);
    } catch (error) {
      // Between our probe and the server's bind another process may have taken the port.
      const portWasTaken = error instanceof Error && error.message.includes('Address already in use');
      if (!portWasTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Below those that systems give to connections by themselves: one of these may be taken before its server listens. */
const PORTS = [10_240, 32_000] as const;

/** A TCP port on loopback that nobody listens on right now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    const probe = createServer().listen(port, HOST);
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

async function launch(
  port: number,
  { args = [], sentinel, version = ORACLE }: RedisServerOptions,
): Promise<RedisServer> {
  // A directory of its own: SAVE and DEBUG RELOAD write dump.rdb where the server runs.
  const directory = mkdtempSync(join(tmpdir(), 'redis-server-'));
  if (sentinel !== undefined) writeFileSync(join(directory, 'sentinel.conf'), sentinel);
  const role = sentinel === undefined ? [] : ['sentinel.conf', '--sentinel'];
  const [launcher, ...launcherArgs] = [...LAUNCHER, ORACLE_SERVER[version]];
  const child = spawn(launcher, [...launcherArgs, ...role, '--port', String(port), ...DEFAULT_ARGS, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const pid = await readiness(child, version);
    return { port, host: HOST, pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readiness(child: ChildProcess, wanted: OracleVersion): Promise<number> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('redis-server was started without pipes');
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    child.once('error', (cause) => {
      const remedy = wanted === '7.0' ? 'install Debian\'s package "redis-server" 7.0.x' : 'run scripts/redis-8';
      reject(new Error(`redis-server could not be started; ${remedy}`, { cause }));
    });
    stderr.setEncoding('utf8').on('data', (text: string) => seen.push(text));
    // 'close' comes after the pipes were read to their end, so the reason is in `seen`.
    child.once('close', (code) => {
      reject(new Error(`redis-server ended with code ${String(code)} before it was ready:\n${seen.join('\n')}`));
    });
    createInterface({ input: stdout }).on('line', (line) => {
      seen.push(line);
      const version = /Redis version=(\S+?),/.exec(line)?.[1];
      if (version !== undefined && !version.startsWith(`${wanted}.`)) {
        reject(new Error(`redis-server ${version} found, but the oracle must be a ${wanted}.x`));
      }
      if (/Ready to accept connections|Sentinel ID is/.test(line) && child.pid !== undefined) resolve(child.pid);
    });
  });
}
