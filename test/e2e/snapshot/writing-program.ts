import { CacheBackend, createApp } from '../../../src';
import { silentLogger } from '../../../src/container';
import { tell } from '../../support/tell';

/**
 * A consumer that counts in its data directory as fast as it can: `node test/support/run-ts.js writing-program.ts DIR`.
 * Writes a line when a snapshot was written and for every thousandth acknowledged count; stops on SIGTERM.
 */
async function main(dataDirectory: string): Promise<void> {
  const app = await createApp({
    configFile: false,
    env: {},
    logger: { ...silentLogger, info: tellSnapshots },
    config: {
      mode: 'standalone',
      redis: { standalone: { persistence: { enabled: true, data_dir: dataDirectory, snapshot_interval: '100ms' } } },
    },
  }).start();
  const { client } = app.get(CacheBackend);
  const stopping = new AbortController();
  process.once('SIGTERM', () => {
    stopping.abort();
  });
  await client.set('fleeting', 'x', 'EX', 10_000);
  let count = 0;
  while (!stopping.signal.aborted) {
    count = await client.incr('counter');
    await client.set(`key:${String(count % 5_000)}`, String(count));
    if (count % 1_000 === 0) tell(`acknowledged ${String(count)}`);
  }
  tell(`acknowledged ${String(count)}`);
  await app.stop();
  tell('stopped');
}

function tellSnapshots(fields: string | Readonly<Record<string, unknown>>): void {
  if (typeof fields !== 'string' && fields['event'] === 'snapshot_written') tell('snapshot');
}

void main(process.argv[2] ?? '');
