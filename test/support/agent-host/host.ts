import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HostClient } from './client';

/** A host that runs. */
export interface Host {
  readonly pid: number;
  readonly url: string;
  /** What it has printed until it was ready. */
  readonly said: readonly string[];
  /** With the key of its first user. */
  readonly admin: HostClient;
  /** Another user's, made for the test. */
  user(name: string, more?: object): Promise<HostClient>;
  /** As Ctrl-C would. @returns the exit code, or the signal that ended it */
  stop(): Promise<unknown>;
  /** kill -9 */
  kill(): Promise<unknown>;
}

/** What `npm start` runs. @throws Error with what it printed, when it ends before it is ready */
export async function startHost(folder: string, env: NodeJS.ProcessEnv): Promise<Host> {
  const others = Object.entries(process.env).filter(([name]) => !/^(RESPITE|HOST)_/.test(name));
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { ...Object.fromEntries(others), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    url = /^ready on (\S+)/.exec(line)?.[1] ?? '';
    if (url !== '') break;
  }
  child.stdout.resume();
  if (url === '') throw new Error(`the host ended with ${String(await ended)}:\n${said.join('\n')}`);
  const keyFile = join(folder, 'admin.key');
  const admin = new HostClient(url, existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : '');
  const end = (signal: NodeJS.Signals): Promise<unknown> => {
    child.kill(signal);
    return ended;
  };
  return {
    pid: child.pid ?? 0,
    url,
    said,
    admin,
    user: async (name, more = {}) => {
      const { key } = await admin.post<{ key: string }>('/users', { name, role: 'user', ...more });
      return new HostClient(url, key);
    },
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  };
}
