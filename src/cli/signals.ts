import { constants } from 'node:os';

/** A signal that asks to stop. */
export interface StopSignal {
  readonly name: 'SIGINT' | 'SIGTERM';
  readonly number: number;
}

/** Watches for signals while a command serves. */
export interface SignalWatch {
  /** Resolves with the first signal; the second one ends the process at once. */
  readonly first: Promise<StopSignal>;
  dispose(): void;
}

const NAMES = ['SIGINT', 'SIGTERM'] as const;

/** npm passes a Ctrl-C on that the terminal has sent us already: what comes this soon, in ms, is the same key press. */
const SAME_PRESS_MS = 300;

/** Takes over SIGINT and SIGTERM: the first is the caller's to answer, the second ends the process. */
export function watchSignals(): SignalWatch {
  let firstAt: number | undefined;
  let announce: (signal: StopSignal) => void = () => undefined;
  const first = new Promise<StopSignal>((resolve) => {
    announce = resolve;
  });
  const listener = (name: NodeJS.Signals, number: number): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      announce({ name: name === 'SIGINT' ? 'SIGINT' : 'SIGTERM', number });
    } else if (now - firstAt > SAME_PRESS_MS) {
      process.exit(128 + constants.signals[name]);
    }
  };
  for (const name of NAMES) process.on(name, listener);
  // A backend without sockets, such as standalone without a listener, would let the process end.
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  return {
    first,
    dispose() {
      clearInterval(keepAlive);
      for (const name of NAMES) process.off(name, listener);
    },
  };
}
