import { parseInt64 } from './arguments';
import type { CommandMetadata, FoundKey, KeySpec } from './definition';

/** Whether a command can have keys at all. */
export function mayHaveKeys({ keys = [], movableKeys }: CommandMetadata): boolean {
  return movableKeys !== undefined || keys.some(({ flags }) => !flags.includes('NOT_KEY'));
}

/**
 * The keys of one call.
 * @param args the arguments without the command's name, with the subcommand's
 * @returns undefined when the arguments make no sense (or hold no key)
 */
export function findKeys(command: CommandMetadata, args: readonly string[]): readonly FoundKey[] | undefined {
  const { keys = [], movableKeys } = command;
  const reliable = keys.length > 0 && !keys.some(({ flags }) => flags.includes('VARIABLE_FLAGS'));
  const found = reliable || movableKeys === undefined ? findBySpecs(keys, args) : undefined;
  if (found !== undefined || movableKeys === undefined) return found;
  const moved = movableKeys(args);
  const flags = keys[0]?.flags ?? 'RW ACCESS UPDATE';
  return moved.length === 0
    ? undefined
    : moved.map((key) => (typeof key === 'number' ? { position: key, flags } : key));
}

function findBySpecs(specs: readonly KeySpec[], args: readonly string[]): FoundKey[] | undefined {
  const found: FoundKey[] = [];
  for (const spec of specs) {
    if (spec.flags.includes('NOT_KEY') || lacksKeyword(spec, args)) continue;
    const positions = findBySpec(spec, args);
    if (positions === undefined || spec.flags.includes('INCOMPLETE')) return undefined;
    for (const position of positions) found.push({ position, flags: spec.flags });
  }
  return found.length === 0 ? undefined : found;
}

/** Whether a spec is about an option that was not given. */
function lacksKeyword({ begin }: KeySpec, args: readonly string[]): boolean {
  return (
    typeof begin === 'object' && 'keyword' in begin && afterKeyword(begin.keyword, begin.startFrom, args) === undefined
  );
}

function findBySpec({ begin, find }: KeySpec, args: readonly string[]): number[] | undefined {
  if (begin === 'unknown' || find === 'unknown') return undefined;
  const end = args.length + 1;
  let first = 'index' in begin ? begin.index : afterKeyword(begin.keyword, begin.startFrom, args);
  if (first === undefined) return undefined;
  let last: number;
  if ('lastKey' in find) {
    last = lastOfRange(find, first, end);
  } else {
    // Redis keeps the lowest 32 bits, whatever the command itself says of such a count.
    const count = Number(BigInt.asIntN(32, BigInt(parseInt64(args[first + find.keyNumIndex - 1] ?? '') ?? -1)));
    if (count < 0) return undefined;
    first += find.firstKey;
    last = first + (count - 1) * find.step;
  }
  if (last >= end || last < first || first >= end) return undefined;
  const positions: number[] = [];
  for (let at = first; at <= last; at += find.step) positions.push(at);
  return positions;
}

function lastOfRange(find: { readonly lastKey: number; readonly limit: number }, first: number, end: number): number {
  if (find.lastKey >= 0) return first + find.lastKey;
  return find.limit === 0 ? end + find.lastKey : first + Math.trunc((end - first) / find.limit) + find.lastKey;
}

function afterKeyword(keyword: string, startFrom: number, args: readonly string[]): number | undefined {
  const end = args.length + 1;
  const forward = startFrom > 0;
  const stop = forward ? end - 1 : 1;
  for (let at = forward ? startFrom : end + startFrom; at !== stop && at > 0 && at < end; at += forward ? 1 : -1) {
    if (args[at - 1]?.toUpperCase() === keyword) return at + 1;
  }
  return undefined;
}
