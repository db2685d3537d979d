/** V8 keeps objects in pages of 256 KB; what is longer than half of one has pages of its own. */
const PAGE_BYTES = 262_144;
/** Of a page, what objects can fill. */
const USABLE_BYTES = 261_000;
const LONGEST_IN_PAGE = 131_072;
/** Shorter texts leave less than a tenth of a page empty. */
const SHORT = 16_384;

/**
 * Bytes that a text takes in V8's heap, beside its header. Of texts of nearly half a page two do not fit into one, so that
 * each takes a whole page: counted by their length alone they would fill the heap at half its limit.
 */
export function textBytes({ length }: { readonly length: number }): number {
  if (length < SHORT || length > LONGEST_IN_PAGE) return length;
  return Math.floor(PAGE_BYTES / Math.floor(USABLE_BYTES / length));
}
