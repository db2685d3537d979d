const UNITS = ['B', 'K', 'M', 'G', 'T', 'P'];

/** `1.75M`, as INFO shows sizes. */
export function bytesForHumans(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${String(bytes)}B` : `${value.toFixed(2)}${UNITS[unit] ?? ''}`;
}
