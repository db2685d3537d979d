import type { StreamId } from './stream-id';

const KEY_BYTES = 16;

/**
 * How many nodes Redis' radix tree has for these ids (ascending, 16 bytes each, big endian): one for every place where
 * keys part, one for every stretch of bytes without a choice, one for every end. XINFO STREAM shows it.
 */
export function countRadixNodes(ids: readonly StreamId[]): number {
  if (ids.length === 0) return 1;
  const keys = ids.map(keyOf);
  let nodes = keys.length;
  /** Depths at which the path to the current key has a choice, ascending. */
  const choices: number[] = [];
  for (let i = 1; i <= keys.length; i++) {
    // A key that parts from its predecessor at a depth ends every choice below it.
    const shared = i < keys.length ? sharedBytes(keys[i - 1] ?? '', keys[i] ?? '') : -1;
    let below = KEY_BYTES;
    let from = choices.at(-1);
    while (from !== undefined && from > shared) {
      if (below > from + 1) nodes += 1;
      nodes += 1;
      below = from;
      choices.pop();
      from = choices.at(-1);
    }
    if (shared < 0) {
      if (below > 0) nodes += 1;
    } else {
      if (below > shared + 1) nodes += 1;
      if (from !== shared) choices.push(shared);
    }
  }
  return nodes;
}

function keyOf({ ms, seq }: StreamId): string {
  return ((BigInt(ms) << 64n) | BigInt(seq)).toString(16).padStart(KEY_BYTES * 2, '0');
}

function sharedBytes(a: string, b: string): number {
  let at = 0;
  while (at < KEY_BYTES && a.startsWith(b.slice(at * 2, at * 2 + 2), at * 2)) at += 1;
  return at;
}
