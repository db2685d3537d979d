import { addUint64, toUint64, UINT64_MAX, type Uint64 } from './uint64';

/** A stream entry's id: a time in milliseconds and a number within it. */
export interface StreamId {
  readonly ms: Uint64;
  readonly seq: Uint64;
}

/** The first and the last id there can be. */
export const LOWEST_ID: StreamId = { ms: 0, seq: 0 };
export const HIGHEST_ID: StreamId = { ms: UINT64_MAX, seq: UINT64_MAX };

/** Negative, 0 or positive, as sorting wants it. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** The smallest greater id; undefined after the highest. */
export function idAfter({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== UINT64_MAX) return { ms, seq: addUint64(seq, 1) };
  return ms === UINT64_MAX ? undefined : { ms: addUint64(ms, 1), seq: 0 };
}

/** The greatest smaller id; undefined before the lowest. */
export function idBefore({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: toUint64(BigInt(seq) - 1n) };
  return ms === 0 ? undefined : { ms: toUint64(BigInt(ms) - 1n), seq: UINT64_MAX };
}

/** The wire form, `ms-seq`. */
export function formatId({ ms, seq }: StreamId): string {
  return `${String(ms)}-${String(seq)}`;
}

/** Position of the first item whose id is not smaller than `id`; the items are sorted. */
export function lowerBound(items: readonly StreamId[], id: StreamId): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && compareIds(item, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
