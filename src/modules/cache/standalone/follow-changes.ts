import type { EmbeddedEngine } from '../../../engine';
import type { ChangeSet, ChangesOptions } from '../changes';

const DEFAULT_BUFFER_SIZE = 10_000;

/** What changes in an engine from this moment on; messages, which change nothing that is stored, are left out. */
export function followChanges(
  { effects }: EmbeddedEngine['snapshots'],
  { signal, bufferSize = DEFAULT_BUFFER_SIZE }: ChangesOptions,
): AsyncIterableIterator<ChangeSet> {
  const waiting: ChangeSet[] = [];
  let dropped = 0;
  let wake: (() => void) | undefined;
  let ended = signal?.aborted === true;
  const end = (): void => {
    ended = true;
    stopListening();
    signal?.removeEventListener('abort', end);
    wake?.();
  };
  const stopListening = effects.listen((unit) => {
    const changes = unit
      .filter(({ live }) => !live)
      .map(({ database, line: [command = '', ...args] }) => ({
        database,
        command: command.toUpperCase(),
        args: args.map((arg) => Buffer.from(arg, 'latin1')),
      }));
    if (changes.length === 0) return;
    if (waiting.length >= bufferSize) dropped += 1;
    else {
      waiting.push({ changes, dropped });
      dropped = 0;
    }
    wake?.();
  });
  if (ended) stopListening();
  else signal?.addEventListener('abort', end, { once: true });
  return {
    async next() {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      const value = waiting.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    return() {
      end();
      waiting.length = 0;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
