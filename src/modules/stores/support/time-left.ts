/** What PTTL answers, as milliseconds: `Infinity` for a key without a limit, `undefined` for none. */
export function timeLeft(pttl: number): number | undefined {
  if (pttl >= 0) return pttl;
  return pttl === -1 ? Infinity : undefined;
}
