/** Milliseconds since some moment, of the time the disk takes: no test moves that, and the clock's milliseconds are too long for it. */
export function diskTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
