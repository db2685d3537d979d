import { start } from '../support/kept-engine';
import { tell } from '../support/tell';
import { until } from '../support/until';
import { FROZEN } from './workload';

const STEPS = 14;
/** While no journal is kept, nothing is acknowledged but by a snapshot. */
const OFF = { from: 7, to: 9 };

/**
 * Writes the keys 1, 2, ... under `always`, with snapshots, copies of them, and a time without a journal:
 * `node test/support/run-ts.js journal-lives-program.ts DIR [KEY]`. Prints `acknowledged N` when all up to N is on the disk. It ends as a
 * process that was killed does.
 */
async function main(directory: string, key: string): Promise<void> {
  const encryptionKey = key === '' ? undefined : Buffer.from(key, 'hex');
  const kept = await start(directory, {
    ...{ clock: FROZEN, onShutdown: false, durability: 'always', generations: 2 },
    ...(encryptionKey && { encryptionKey }),
  });
  kept.engine.host.saveHooks = kept.manager.saveHooks;
  tell('started 0');
  for (let step = 1; step <= STEPS; step++) {
    if (step === OFF.from) kept.run('CONFIG', 'SET', 'appendonly', 'no');
    if (step === OFF.to) kept.run('CONFIG', 'SET', 'appendonly', 'yes');
    kept.run('SET', String(step), 'x');
    const isKept = step < OFF.from || step >= OFF.to;
    if (isKept) {
      if (step === OFF.to) await kept.manager.snapshotNow();
      await until('it is written', async () => kept.manager.saveHooks.journal?.()?.pending === 0);
      tell(`acknowledged ${String(step)}`);
    }
    if (step % 4 === 0) {
      await kept.manager.snapshotNow();
      tell(`acknowledged ${String(step)}`);
    }
  }
  process.kill(process.pid, 'SIGKILL');
}

const [, , directory = '', key = ''] = process.argv;
void main(directory, key);
