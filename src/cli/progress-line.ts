import { printCount } from '../errors';
import type { Lag, TransferProgress } from '../modules/migration';

/** Milliseconds between two looks of the line on a terminal, and between two lines elsewhere. */
const ON_TERMINAL_MS = 200;
const ELSEWHERE_MS = 5000;

/** Says on stderr how far a transfer is: in one line that changes on a terminal, else in a line now and then. */
export class ProgressLine {
  readonly #terminal = process.stderr.isTTY;
  #phase = '';
  #phaseAt = 0;
  #shownAt = performance.now();
  #shown = false;

  constructor(private readonly enabled: boolean) {}

  /** To be told after every batch. */
  readonly listener = (progress: TransferProgress): void => {
    this.#show(progress.phase, (seconds) => describe(progress, seconds));
  };

  /** How far a target is behind that follows. */
  follow(changes: number, { bytes, ms }: Lag): void {
    this.#show('following', () => {
      const behind = bytes === 0 ? 'up to date' : `${(bytes / 1e6).toFixed(1)} MB and ${String(ms)} ms behind`;
      return `following: ${printCount(changes, 'change')}, ${behind}`;
    });
  }

  #show(phase: string, text: (seconds: number) => string): void {
    if (!this.enabled) return;
    const now = performance.now();
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#phaseAt = now;
    }
    if (now - this.#shownAt < (this.#terminal ? ON_TERMINAL_MS : ELSEWHERE_MS)) return;
    this.#shownAt = now;
    this.#shown = true;
    const line = text((now - this.#phaseAt) / 1000);
    process.stderr.write(this.#terminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** The line is over. */
  end(): void {
    if (this.#shown && this.#terminal) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}

function describe({ phase, keys, bytes, total }: TransferProgress, seconds: number): string {
  const rate = keys / Math.max(seconds, 0.001);
  const of = total === undefined ? '' : ` of ${String(total)}`;
  const left =
    total === undefined || rate === 0 ? '' : `, ${String(Math.ceil(Math.max(0, total - keys) / rate))} s left`;
  return `${phase}: ${String(keys)}${of} keys, ${(bytes / 1e6).toFixed(1)} MB, ${printCount(Math.round(rate), 'key')}/s${left}`;
}
