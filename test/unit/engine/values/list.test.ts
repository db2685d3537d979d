import fc from 'fast-check';
import { Chunk } from '../../../../src/engine/values/chunk';
import { LARGEST_CHUNK } from '../../../../src/engine/values/chunk-sequence';
import { ListValue, type ListEnd } from '../../../../src/engine/values/list';
import { runs } from '../../../support/slice';

const end = fc.constantFrom<ListEnd>('left', 'right');
const element = fc.constantFrom('a', 'b', 'c', '', 'longer than the others', '\xff'.repeat(300), 'x'.repeat(1000));
/** Where in a list something happens, as a share of its size. */
const share = fc.double({ min: 0, max: 1, noNaN: true });

type Change =
  | { readonly what: 'push' | 'pop'; readonly end: ListEnd; readonly elements: readonly string[] }
  | { readonly what: 'insert' | 'set'; readonly at: number; readonly element: string }
  | { readonly what: 'remove'; readonly element: string; readonly end: ListEnd; readonly limit: number }
  | { readonly what: 'trim'; readonly from: number; readonly to: number }
  | { readonly what: 'clone' | 'pack' };

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('push' as const),
      end,
      elements: fc.array(element, { maxLength: 300, size: 'max' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('pop' as const),
      end,
      elements: fc.array(element, { maxLength: 150, size: 'max' }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('insert' as const, 'set' as const), at: share, element }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('remove' as const),
      element,
      end,
      limit: fc.constantFrom(1, 2, 100, Infinity),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('trim' as const), from: share, to: share }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('clone' as const, 'pack' as const, 'pack' as const) }) },
);

const place = (position: number, size: number) => Math.min(size - 1, Math.floor(position * size));

/** Applies a change to the list and to a plain array, and compares what the list answers. @returns the list to go on with */
function apply(list: ListValue, model: string[], step: Change): ListValue {
  switch (step.what) {
    case 'push':
      for (const each of step.elements) {
        list.push(step.end, each);
        if (step.end === 'left') model.unshift(each);
        else model.push(each);
      }
      return list;
    case 'pop':
      for (let left = step.elements.length; left > 0; left--) {
        expect(list.pop(step.end)).toBe(step.end === 'left' ? model.shift() : model.pop());
      }
      return list;
    case 'insert': {
      const at = Math.round(step.at * model.length);
      list.insert(at, step.element);
      model.splice(at, 0, step.element);
      return list;
    }
    case 'set': {
      if (model.length === 0) return list;
      const at = place(step.at, model.length);
      list.set(at, step.element);
      model[at] = step.element;
      return list;
    }
    case 'remove':
      expect(list.remove(step.element, step.end, step.limit)).toBe(
        removeFrom(model, step.element, step.end, step.limit),
      );
      return list;
    case 'trim': {
      const [from, to] = [Math.round(step.from * model.length), Math.round(step.to * model.length)];
      list.trim(from, to);
      model.splice(0, model.length, ...model.slice(from, to));
      return list;
    }
    case 'pack': {
      const { bytes } = list;
      // So many others that all of the list's chunks are packed.
      for (let others = 0; others < 1024; others++) new Chunk([]);
      expect(list.bytes).toBe(bytes);
      return list;
    }
    case 'clone': {
      const copy = list.clone();
      list.push('left', 'only in the original');
      return copy;
    }
  }
}

function removeFrom(model: string[], element: string, from: ListEnd, limit: number): number {
  let removed = 0;
  for (;;) {
    const at = from === 'left' ? model.indexOf(element) : model.lastIndexOf(element);
    if (at < 0 || removed >= limit) return removed;
    model.splice(at, 1);
    removed += 1;
  }
}

function walked(list: ListValue, from: ListEnd): [string, number][] {
  const seen: [string, number][] = [];
  list.walk(from, (each, index) => seen.push([each, index]) > 0);
  return seen;
}

describe('ListValue', () => {
  it('behaves like an array under any changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), share, share, (changes, a, b) => {
        let list = new ListValue();
        const model: string[] = [];
        for (const step of changes) list = apply(list, model, step);
        expect(list.size).toBe(model.length);
        expect(list.slice(0, list.size)).toEqual(model);
        const [start, stop] = [Math.round(a * model.length), Math.round(b * model.length)];
        expect(list.slice(start, stop)).toEqual(model.slice(start, stop));
        for (let at = -1; at <= model.length; at++)
          if (list.at(at) !== model[at]) throw new Error(`wrong at ${String(at)}`);
        const pairs = model.map((each, index): [string, number] => [each, index]);
        expect(walked(list, 'left')).toEqual(pairs);
        expect(walked(list, 'right')).toEqual(pairs.reverse());
      }),
      { numRuns: runs(300) },
    );
  });

  it('knows its bytes: what comes goes again', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        let list = new ListValue();
        for (const step of changes) list = apply(list, list.slice(0, list.size), step);
        const same = new ListValue();
        for (const each of list.slice(0, list.size)) same.push('right', each);
        // A list that was long stays in chunks.
        for (const each of [list, same]) each.chunks();
        expect(list.bytes).toBe(same.bytes);
      }),
      { numRuns: runs(100) },
    );
  });

  it('goes into chunks whenever it is asked to, and stays the same', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 300, size: 'max' }), change, (elements, step) => {
        let list = new ListValue();
        for (const each of elements) list.push('right', each);
        expect(list.chunks().flatMap((chunk) => chunk.elements)).toEqual(elements);
        const model = [...elements];
        list = apply(list, model, step);
        expect(list.slice(0, list.size)).toEqual(model);
      }),
    );
  });

  it('takes the larger chunks of earlier versions', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        let list = new ListValue();
        const model = Array.from({ length: 3 * LARGEST_CHUNK }, (_, i) => String(i));
        for (let i = 0; i < model.length; i += LARGEST_CHUNK)
          list.addChunk(new Chunk(model.slice(i, i + LARGEST_CHUNK)));
        for (const step of changes) list = apply(list, model, step);
        expect(list.slice(0, list.size)).toEqual(model);
        expect(model.map((_, i) => list.at(i))).toEqual(model);
      }),
    );
  });

  it('stops walking when it is told to', () => {
    const list = new ListValue();
    for (let i = 0; i < 1000; i++) list.push('right', String(i));
    const seen: number[] = [];
    list.walk('right', (_, index) => seen.push(index) < 3);
    expect(seen).toEqual([999, 998, 997]);
  });
});
