import { once } from 'node:events';
import { type Kept, start } from '../../support/kept-engine';

/** Takes a snapshot that fits, one that does not, and one more when it is told to on standard input. */
async function main(path: string): Promise<void> {
  const kept = await start(path);
  kept.run('SET', 'a', '1');
  await tell('small', kept);
  for (let i = 0; i < 5_000; i++) kept.run('SET', `key:${String(i)}`, 'x'.repeat(1_000));
  await tell('large', kept);
  await once(process.stdin, 'data');
  await tell('again', kept);
  process.stdin.destroy();
  await kept.manager.stop();
}

async function tell(what: string, { manager }: Kept): Promise<void> {
  const outcome = await manager.snapshotNow().then(
    () => 'written',
    () => manager.status().lastFailure?.code,
  );
  process.stdout.write(`${what}: ${String(outcome)}\n`);
}

void main(process.argv[2] ?? '');
