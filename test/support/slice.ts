/** How much of a campaign a test runs, and with which seed. */
export interface Slice {
  readonly size: number;
  readonly seed: number;
}

/** The seed of `npm test`, which passes or fails alike each time. */
const SEED = 20_261_128;

/**
 * A slice of a campaign: `size.short` and always the same in `npm test`, `size.long` and another each time where
 * `npm run test:all` sets LONG_SLICES. The variable named by `size.from` outranks both sizes, FUZZ_SEED repeats a seed.
 */
export function slice(size: { readonly short: number; readonly long: number; readonly from?: string }): Slice {
  const long = process.env['LONG_SLICES'] === '1';
  const given = size.from === undefined ? undefined : process.env[size.from];
  return {
    size: Number(given ?? (long ? size.long : size.short)),
    seed: Number(process.env['FUZZ_SEED'] ?? (long ? Math.floor(Math.random() * 2 ** 31) : SEED)),
  };
}

/** How often a property is tried, or what else takes its time: all of it where slices are long, a quarter in `npm test`. */
export function runs(all: number): number {
  return slice({ short: Math.ceil(all / 4), long: all }).size;
}

/** Every so many of a list: all of it where slices are long. */
export function* everyOf<T>(items: Iterable<T>, { short, long = 1 }: { short: number; long?: number }): Generator<T> {
  const { size: step } = slice({ short, long });
  let i = 0;
  for (const item of items) if (i++ % step === 0) yield item;
}
