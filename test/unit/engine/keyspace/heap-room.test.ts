import type { HeapUse } from '../../../../src/engine/keyspace/heap';
import { HeapRoom } from '../../../../src/engine/keyspace/heap-room';

const MB = 1_048_576;

/** Room on a heap of the test's own: 96 MB for old objects, of which four fifths may be used. */
function setup(heap: Partial<HeapUse> = {}) {
  const state = {
    now: 0,
    looks: 0,
    collections: 0,
    heap: { used: 20 * MB, pages: 24 * MB, old: 96 * MB, external: 0, ...heap },
    /** What a collection leaves. */
    afterwards: {} as Partial<HeapUse>,
  };
  const room = new HeapRoom(
    {
      use: () => {
        state.looks += 1;
        return state.heap;
      },
      collectGarbage: () => {
        state.collections += 1;
        state.now += 10;
        Object.assign(state.heap, state.afterwards);
      },
    },
    () => state.now,
  );
  state.looks = 0;
  return { state, room };
}

const REFUSAL = { text: 'OOM what the command makes does not fit into the memory of this process.' };

function refused(act: () => void): unknown {
  try {
    act();
  } catch (failure) {
    return failure;
  }
  return undefined;
}

it('costs a small command no look at the heap, however full that is', () => {
  const { state, room } = setup({ used: 95 * MB });
  for (let i = 0; i < 1000; i++) {
    room.begin();
    room.reserve(0.9 * MB);
  }
  expect(state.looks).toBe(0);
});

it('is seldom looked for while there is much', () => {
  const { state, room } = setup();
  room.begin();
  for (let i = 0; i < 1000; i++) room.reserve(10_000);
  expect(state.looks).toBeLessThan(10);
});

it('counts what a transaction makes bit by bit', () => {
  const { state, room } = setup();
  room.begin();
  state.afterwards = { used: 76 * MB };
  for (let i = 0; i < 8; i++) {
    room.reserve(6 * MB);
    state.heap.used += 6 * MB;
  }
  expect(refused(() => room.reserve(12 * MB))).toMatchObject(REFUSAL);
});

it('is made by collecting garbage', () => {
  const { state, room } = setup({ used: 76 * MB });
  state.afterwards = { used: 30 * MB };
  room.reserve(20 * MB);
  expect(state.collections).toBe(1);
});

it('is refused when no garbage is left, also where pages are full of holes', () => {
  expect(refused(() => setup({ used: 60 * MB }).room.reserve(20 * MB))).toMatchObject(REFUSAL);
  expect(refused(() => setup({ pages: 80 * MB }).room.reserve(20 * MB))).toMatchObject(REFUSAL);
});

it('is refused without another collection for a while', () => {
  const { state, room } = setup({ used: 60 * MB });
  for (let i = 0; i < 100; i++) expect(refused(() => room.reserve(20 * MB))).toMatchObject(REFUSAL);
  expect(state.collections).toBe(1);
  state.now += 100;
  state.afterwards = { used: 30 * MB };
  room.reserve(20 * MB);
  expect(state.collections).toBe(2);
});
