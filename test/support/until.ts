import { setTimeout as wait } from 'node:timers/promises';

const LIMIT_MS = 500_000;

/** Asks again and again until it is so: for what Redis tells nobody. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited too long until ${what}`);
    await wait(20);
  }
}
