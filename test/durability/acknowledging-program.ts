import { Redis } from 'ioredis';
import { CacheBackend, createApp } from '../../src';
import { silentLogger } from '../../src/container';
import { tell } from '../support/tell';

const WRITERS = 50;

/**
 * Fifty writers that count, each in a key of its own, and say each number when it was acknowledged:
 * `node test/support/run-ts.js acknowledging-program.ts DIR process|listener`. It is killed.
 */
async function main(dataDirectory: string, way: string): Promise<void> {
  const persistence = {
    enabled: true,
    data_dir: dataDirectory,
    snapshot_interval: '200ms',
    durability: 'always',
  } as const;
  const listener = { enabled: way === 'listener', port: 0 };
  const app = await createApp({
    configFile: false,
    env: {},
    logger: silentLogger,
    config: { mode: 'standalone', redis: { standalone: { persistence, listener } } },
  }).start();
  const backend = app.get(CacheBackend);
  const port = Number(/tcp_port:(\d+)/.exec(await backend.client.info('server'))?.[1]);
  const write = async (writer: number): Promise<never> => {
    const client = way === 'listener' ? new Redis(port) : backend.client;
    for (;;) {
      const [[, count] = []] =
        (await client
          .multi()
          .incr(`counter ${String(writer)}`)
          .lpush(`list ${String(writer)}`, 'x')
          .exec()) ?? [];
      tell(`${String(writer)} ${String(count)}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
}

void main(process.argv[2] ?? '', process.argv[3] ?? '');
