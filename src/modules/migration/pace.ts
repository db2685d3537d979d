import { setTimeout } from 'node:timers/promises';
import { unlessInterrupted } from './interruption';

/** Hands pages on so that no more than this many keys a second come by, on average. */
export async function* paced<T extends { readonly items: readonly unknown[] }>(
  pages: AsyncIterable<T>,
  perSecond: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const begun = performance.now();
  let handed = 0;
  for await (const page of pages) {
    yield page;
    handed += page.items.length;
    const waitMs = begun + (handed / perSecond) * 1000 - performance.now();
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal }).catch(() => undefined);
    unlessInterrupted(signal);
  }
}
