import { closeSync, openSync } from 'node:fs';
import { start, tellSnapshot } from '../../support/kept-engine';

/** Takes a snapshot while the process has no descriptor left, one when it has again, and both once more. */
async function main(path: string): Promise<void> {
  const kept = await start(path);
  for (let round = 0; round < 2; round++) {
    kept.run('SET', 'a', String(round));
    const opened = openAll();
    await tellSnapshot('without descriptors', kept);
    for (const descriptor of opened) closeSync(descriptor);
    await tellSnapshot('with descriptors', kept);
  }
  await kept.manager.stop();
}

function openAll(): number[] {
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'));
  } catch {
    return opened;
  }
}

void main(process.argv[2] ?? '');
