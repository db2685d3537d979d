import { once } from 'node:events';
import { start, tellSnapshot } from '../../support/kept-engine';

/** Takes a snapshot that fits, one that does not, and one more when it is told to on standard input. */
async function main(path: string): Promise<void> {
  const kept = await start(path);
  kept.run('SET', 'a', '1');
  await tellSnapshot('small', kept);
  for (let i = 0; i < 5_000; i++) kept.run('SET', `key:${String(i)}`, 'x'.repeat(1_000));
  await tellSnapshot('large', kept);
  await once(process.stdin, 'data');
  await tellSnapshot('again', kept);
  process.stdin.destroy();
  await kept.manager.stop();
}

void main(process.argv[2] ?? '');
