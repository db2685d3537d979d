import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { oldGeneration } from '../old-generation';

/** Of V8's heap, in bytes. */
export interface HeapUse {
  readonly used: number;
  /** What the pages take that long-lived objects are in: half of one may be of no use, when two strings do not fit it. */
  readonly pages: number;
  /** What objects that live may take. */
  readonly old: number;
  /** What objects keep outside of it. */
  readonly external: number;
}

/** V8's heap: how full it is, and how to make room in it. */
export interface Heap {
  readonly use: () => HeapUse;
  readonly collectGarbage: () => void;
}

/** Bytes of pages that a young byte needs when it gets old. */
const MOST_PER_BYTE = 2;

const OLD_BYTES = oldGeneration();

function measure(): HeapUse {
  const { used_heap_size: used, external_memory: external } = getHeapStatistics();
  let pages = 0;
  for (const { space_name: name, space_size: size, space_used_size: young } of getHeapSpaceStatistics())
    pages += name.startsWith('new_') ? young * MOST_PER_BYTE : size;
  return { used, pages, old: OLD_BYTES, external };
}

let collector: (() => void) | undefined;

/** Node has no other way to ask for it. Takes as long as V8's own collection would a moment later. */
function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void; // what V8 puts there
    setFlagsFromString('--no-expose-gc');
  }
  collector();
}

/** This process'. */
export const PROCESS_HEAP: Heap = { use: measure, collectGarbage };
