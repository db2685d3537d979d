/**
 * A process with a BullMQ worker: `bullmq-program.ts victim|idle in-process|URL`.
 * The victim takes a job and never finishes it; the idle one waits on an empty queue, then closes.
 */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { CacheBackend, createApp } from '../../../src';
import { connectionOptions } from './bullmq-connection';

const [role, where = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  if (role === 'victim') {
    new Worker('jobs', () => new Promise(() => undefined), {
      connection: { url: where, maxRetriesPerRequest: null },
      lockDuration: 100,
      // On a busy machine its lock may be over while it lives: it must not find itself stalled.
      skipStalledCheck: true,
    });
    return;
  }
  const app = await createApp({ config: configOf(where), configFile: false, env: {} }).start();
  const backend = app.get(CacheBackend);
  // The shared client must not be what keeps this process alive.
  if (backend.client instanceof Redis) backend.client.stream.unref();
  const worker = new Worker('jobs', async () => undefined, { connection: connectionOptions(backend.redisOptions()) });
  await worker.waitUntilReady();
  await new Promise((resolve) => setTimeout(resolve, 300).unref());
  process.stdout.write('waited 300 ms\n');
  await worker.close();
}

function configOf(place: string): object {
  const log = { level: 'silent' };
  return place === 'in-process' ? { mode: 'standalone', log } : { mode: 'distributed', redis: { url: place }, log };
}

void main();
