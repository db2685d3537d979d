import type { LatencyEvent } from '../../../statistics/latency';

const COLUMNS = 80;
const ROWS = 4;
/** From low to high within one row. */
const MARKS = '_o#';

/** Draws the spikes of an event, with their age below each. @param now seconds since the epoch */
export function drawSpikes(name: string, event: LatencyEvent, now: number): string {
  const samples = event.samples.slice(-COLUMNS);
  const values = samples.map(({ milliseconds }) => milliseconds);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const head = `${name} - high ${String(high)} ms, low ${String(low)} ms (all time high ${String(event.max)} ms)`;
  const labels = samples.map(({ at }) => ageLabel(now - at));
  return (
    [head, '-'.repeat(COLUMNS), ...bars(values, low, high), ' '.repeat(samples.length), ...upright(labels)].join('\n') +
    '\n'
  );
}

function bars(values: readonly number[], low: number, high: number): string[] {
  const steps = MARKS.length * ROWS;
  const heights = values.map((value) =>
    Math.min(steps - 1, Math.floor(((value - low) * steps) / Math.max(1, high - low))),
  );
  return Array.from({ length: ROWS }, (_, row) =>
    heights
      .map(
        (height) =>
          MARKS[height - (ROWS - 1 - row) * MARKS.length] ?? (height >= (ROWS - row) * MARKS.length ? '|' : ' '),
      )
      .join(''),
  );
}

/** Labels read from top to bottom. */
function upright(labels: readonly string[]): string[] {
  const height = Math.max(...labels.map((label) => label.length));
  return Array.from({ length: height }, (_, row) => labels.map((label) => label[row] ?? ' ').join(''));
}

function ageLabel(seconds: number): string {
  if (seconds < 60) return `${String(seconds)}s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))}m`;
  return seconds < 86_400 ? `${String(Math.floor(seconds / 3600))}h` : `${String(Math.floor(seconds / 86_400))}d`;
}
