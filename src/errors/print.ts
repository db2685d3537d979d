/** The units of durations, in milliseconds. */
export const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds as a user writes them: 300000 is `5m`. */
export function printDuration(ms: number): string | number {
  if (ms === 0) return 0;
  const unit = (['d', 'h', 'm', 's'] as const).find((candidate) => ms % UNITS_MS[candidate] === 0) ?? 'ms';
  return `${String(ms / UNITS_MS[unit])}${unit}`;
}

/** How many there are of something, as one says it: `1 record`, `2 records`. @param plural default: with an s */
export function printCount(count: number, one: string, plural = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : plural}`;
}
