/** A value with a form that is small and one that is fast. */
export interface Compactable {
  /** Takes the small form. */
  compact(): void;
}

/** How many values stay open at a time. Few: what lives longer than a moment costs the garbage collector more. */
const MOST_OPEN = 1024;

/** One use of a compact value in so many opens it. */
const USES_LOG2 = 3;

const ring: (Compactable | undefined)[] = new Array<undefined>(MOST_OPEN).fill(undefined);
let next = 0;
let state = 1;

/**
 * Whether a compact value that is used should be opened. By chance, which needs no memory per value: one that is used
 * often is soon open, and few of those used once are.
 */
export function worthOpening(): boolean {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state >>> (32 - USES_LOG2) === 0;
}

/** A value stays open: the one that did so longest ago takes its small form. */
export function opened(value: Compactable): void {
  const oldest = ring[next];
  ring[next] = value;
  next = (next + 1) % MOST_OPEN;
  if (oldest !== undefined) oldest.compact();
}

/** An open value has outgrown its small form for good: what it holds must not be kept alive here. */
export function outgrown(value: Compactable): void {
  for (let back = 1; back <= MOST_OPEN; back++) {
    const slot = (next - back + MOST_OPEN) % MOST_OPEN;
    if (ring[slot] !== value) continue;
    ring[slot] = undefined;
    return;
  }
}
