import { setImmediate } from 'node:timers/promises';

/** Asks for the next batch while the last one is dealt with: so both sides of a transfer work at the same time. */
export async function* readAhead<T>(batches: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = batches[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (let current = await next; current.done !== true; current = await next) {
      // Whoever takes this one begins first: it may be sent to somebody who works on it while the next one is put together here.
      next = setImmediate().then(() => iterator.next());
      // Heard of when it is its turn.
      next.catch(() => undefined);
      yield current.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}
