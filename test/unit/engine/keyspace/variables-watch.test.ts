import type { HeapUse } from '../../../../src/engine/keyspace/heap';
import { VariablesWatch } from '../../../../src/engine/keyspace/variables-watch';

const MB = 1_048_576;

/** A heap of the test's own: 96 MB for old objects, 10 of which the program took. */
function setup() {
  const state = { now: 0, looks: 0, collections: 0, garbage: 0 };
  const heap: HeapUse & { used: number } = { used: 10 * MB, pages: 12 * MB, old: 96 * MB, external: 0 };
  const watch = new VariablesWatch(
    10 * MB,
    {
      use: () => {
        state.looks += 1;
        return heap;
      },
      collectGarbage: () => {
        state.collections += 1;
        state.now += 10;
        heap.used -= state.garbage;
        state.garbage = 0;
      },
    },
    () => state.now,
  );
  return { state, heap, watch };
}

it('are nothing while the heap has room, and looked for when what is counted has grown', () => {
  const { heap, watch, state } = setup();
  heap.used = 60 * MB;
  watch.look(20 * MB);
  expect(watch.bytes).toBe(0);
  expect(watch.nextLook).toBe(23 * MB);
  expect(state.collections).toBe(0);
});

it('are nothing where it was garbage that filled the heap', () => {
  const { heap, watch, state } = setup();
  heap.used = 90 * MB;
  state.garbage = 40 * MB;
  watch.look(20 * MB);
  expect(watch.bytes).toBe(0);
  expect(state.collections).toBe(1);
});

it('are what is neither counted nor the program’s, once the heap is nearly full, until it has room again', () => {
  const { heap, watch, state } = setup();
  heap.used = 80 * MB;
  watch.look(30 * MB);
  expect(watch.bytes).toBe(40 * MB);
  // Collections follow each other no more closely than they take time.
  heap.used = 40 * MB;
  watch.look(0);
  expect(watch.bytes).toBe(40 * MB);
  expect(state.collections).toBe(1);
  state.now += 51;
  watch.look(0);
  expect(watch.bytes).toBe(0);
});
