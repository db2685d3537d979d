import { asError } from '../../../errors';

/**
 * What `work` comes to, unless the signal is aborted first.
 * @throws the signal's reason
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    // The reason is whatever its owner gave, an error unless they wanted otherwise.
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .then(resolve, (failure: unknown) => reject(asError(failure)))
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
