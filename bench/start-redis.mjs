// A real Redis on a free port of the loopback address, without persistence; it ends with this process at the latest.
import { spawn } from 'node:child_process';
import { freePort } from './free-port.mjs';

export async function startRedis() {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  const stop = () => server.kill();
  process.on('exit', stop);
  await new Promise((resolve) => {
    server.stdout.on('data', (chunk) => String(chunk).includes('Ready to accept') && resolve());
  });
  return { port, stop };
}
