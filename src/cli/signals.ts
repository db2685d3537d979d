import { constants } from 'node:os';
import { isatty } from 'node:tty';

/** A signal that asks to stop. */
export interface StopSignal {
  readonly name: NodeJS.Signals;
  readonly number: number;
}

/** Watches for signals while a command serves. */
export interface SignalWatch {
  /** Resolves with the first signal; the second one ends the process at once. */
  readonly first: Promise<StopSignal>;
  /**
   * Gives the signals back. When the terminal was closed, the process ends here, by SIGHUP: Node restores the terminal as
   * it exits, and aborts where that fails.
   */
  dispose(): void;
}

/**
 * All by which somebody ends a program that is not stuck: Ctrl-C, kill, a terminal that is closed or a connection that is
 * lost, Ctrl-\, and on Windows Ctrl-Break and a console window that is closed (SIGHUP).
 */
const NAMES: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** npm passes a Ctrl-C on that the terminal has sent us already: what comes this soon, in ms, is the same key press. */
const SAME_PRESS_MS = 300;

/** Takes over the signals above: the first is the caller's to answer, the second ends the process. */
export function watchSignals(): SignalWatch {
  let firstAt: number | undefined;
  let hungUp = false;
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  let announce: (signal: StopSignal) => void = () => undefined;
  const first = new Promise<StopSignal>((resolve) => {
    announce = resolve;
  });
  const listener = (name: NodeJS.Signals, number: number): void => {
    const now = performance.now();
    hungUp ||= name === 'SIGHUP';
    if (firstAt === undefined) {
      firstAt = now;
      announce({ name, number });
      // A shell and the kernel send SIGHUP both, in their own time; nobody asks for haste by it.
    } else if (name !== 'SIGHUP' && now - firstAt > SAME_PRESS_MS) {
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
      if (hungUp && hasTerminal) process.kill(process.pid, 'SIGHUP');
    },
  };
}
