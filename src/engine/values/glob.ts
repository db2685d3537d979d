/**
 * Redis' glob matching: `*`, `?`, `[a-z]`, `[^a]`, `\x`. Its quirks are kept: an unclosed class ends with the pattern,
 * a range may be given backwards, a trailing backslash matches itself, and stars do not match an empty text. Only a single
 * `*` matches everything: most commands look for it before they match.
 */
export function matchGlob(pattern: string, text: string, ignoreCase = false): boolean {
  if (pattern === '*') return true;
  return ignoreCase ? match(pattern.toLowerCase(), text.toLowerCase()) : match(pattern, text);
}

/** Of a pattern with more stars that something follows, Redis says that it matches nothing. */
const MOST_STARS = 1000;

/** Iterative, going back to the last star only: a hostile pattern costs pattern times text, never more. */
function match(pattern: string, text: string): boolean {
  if (text === '') return pattern === '';
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  let stars = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      while (pattern[p + 1] === '*') p += 1;
      if (p + 1 === pattern.length) return true;
      if (++stars > MOST_STARS) return false;
      starAt = p;
      starText = t;
      p += 1;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charCodeAt(t)) : -1;
    if (next >= 0) {
      p = next;
      t += 1;
      continue;
    }
    if (starAt < 0) return false;
    starText += 1;
    t = starText;
    p = starAt + 1;
  }
  while (p < pattern.length && pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Matches one character. @returns the position after the matched part of the pattern, -1 if it does not match */
function matchOne(pattern: string, p: number, char: number): number {
  switch (pattern[p]) {
    case '?':
      return p + 1;
    case '[':
      return matchClass(pattern, p + 1, char);
    case '\\':
      if (p + 1 < pattern.length) return pattern.charCodeAt(p + 1) === char ? p + 2 : -1;
      return char === 0x5c ? p + 1 : -1;
    default:
      return pattern.charCodeAt(p) === char ? p + 1 : -1;
  }
}

function matchClass(pattern: string, start: number, char: number): number {
  let p = start;
  const negated = pattern[p] === '^';
  if (negated) p += 1;
  let found = false;
  for (; p < pattern.length && pattern[p] !== ']'; p++) {
    if (pattern[p] === '\\' && p + 1 < pattern.length) {
      p += 1;
      if (pattern.charCodeAt(p) === char) found = true;
    } else if (pattern[p + 1] === '-' && p + 2 < pattern.length) {
      const a = pattern.charCodeAt(p);
      const b = pattern.charCodeAt(p + 2);
      if (char >= Math.min(a, b) && char <= Math.max(a, b)) found = true;
      p += 2;
    } else if (pattern.charCodeAt(p) === char) {
      found = true;
    }
  }
  return found === negated ? -1 : Math.min(p + 1, pattern.length);
}
