import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../redis-server';
import { EVERYTHING, later } from './proxies';

/** A real server over HTTP, as a process of its own. */
export interface HttpServer {
  /** Where clients go. */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** Starts server-everything over HTTP: as servers are today, or with the SSE of version 1. Ended after the test. */
export async function startEverything(kind: 'streamableHttp' | 'sse', port?: number): Promise<HttpServer> {
  const at = port ?? (await freePort());
  const child = spawn(process.execPath, [EVERYTHING, kind], {
    env: { ...process.env, PORT: String(at) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  later(child, async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stderr });
  for await (const line of lines) if (/(listening|running) on port/.test(line)) break;
  child.stderr.resume();
  return { url: `http://127.0.0.1:${at}/${kind === 'sse' ? 'sse' : 'mcp'}`, port: at, process: child };
}

/** Our server that misbehaves. */
export const ODD = require.resolve('./odd-server.js');

/** Its definition. */
export const odd = (name: string, ...habits: string[]) => ({
  name,
  transport: 'stdio' as const,
  command: process.execPath,
  args: [ODD, ...habits],
});

/** The definition of server-everything as a program. */
export const everything = (name: string) => ({
  name,
  transport: 'stdio' as const,
  command: process.execPath,
  args: [EVERYTHING, 'stdio'],
});
