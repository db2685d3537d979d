import fc from 'fast-check';
import { Engine } from '../../../../src/engine/engine';
import { RdbReader, RdbWriter } from '../../../../src/engine/rdb/rdb-primitives';
import { cut, loaderFor, segmentedType } from '../../../../src/engine/snapshot/segments';
import { HashValue } from '../../../../src/engine/values/hash';
import { RawString } from '../../../../src/engine/values/raw-string';
import { runs } from '../../../support/slice';

const { limits } = new Engine();

/** One thing that happens to a value: a change at a place (a share of its length), of some kind. */
interface Change {
  readonly at: number;
  readonly kind: 'write' | 'remove' | 'add';
}

interface Round {
  readonly changes: readonly Change[];
  /** After so many segments the reading is given up. */
  readonly undoAfter: number | undefined;
}

const change = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  kind: fc.constantFrom('write' as const, 'remove' as const, 'add' as const),
});
const round = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 40 }),
  undoAfter: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
});

const bigHash = () => {
  const hash = new HashValue(limits);
  for (let i = 0; i < 2000; i++) hash.set(`f${String(i)}`, 'v');
  return hash;
};

function changeHash(hash: HashValue, { at, kind }: Change): void {
  const field = `f${String(Math.floor(at * 2500))}`;
  if (kind === 'remove') hash.delete(field);
  else hash.set(field, `${kind}${String(at)}`);
}

const bigString = () => new RawString('a'.repeat(200_000));

function changeString(string: RawString, { at, kind }: Change): void {
  const place = Math.floor(at * string.length);
  if (kind === 'write') string.write(place, `written ${String(at)}`);
  else if (kind === 'add') string.append('t'.repeat(Math.floor(at * 30_000)));
  else string.splice(place, Math.min(20_000, string.length - place), [1, 2, 3]);
}

const show = (value: unknown) => (value instanceof HashValue ? value.pairs().join('\n') : String(value));

/** Reads a value again and again while it changes. What was kept must be the value as it was when the reading began. */
function check<Value extends HashValue | RawString>(
  value: Value,
  apply: (value: Value, change: Change) => void,
  rounds: readonly Round[],
): void {
  const segmentation = cut(value);
  if (segmentation === undefined) throw new Error('the value is big enough to be cut');
  let kept: Map<number, Buffer> | undefined;
  for (const { changes, undoAfter } of rounds) {
    const expected = show(value);
    const reading = segmentation.read(kept === undefined);
    const writer = new RdbWriter();
    reading.head(writer);
    const head = Buffer.from(writer.view());
    const segments = new Map(kept);
    for (const number of reading.removed) segments.delete(number);
    const left = [...changes];
    for (let step = 0; ; step++) {
      const next = left.shift();
      if (next !== undefined) apply(value, next);
      if (step === undoAfter) break;
      writer.reset();
      const number = reading.next(writer);
      if (number === undefined) break;
      segments.set(number, Buffer.from(writer.view()));
    }
    for (const each of left) apply(value, each);
    if (undoAfter !== undefined) {
      reading.undo();
      expect(reading.next(writer)).toBeUndefined();
      continue;
    }
    kept = segments;
    const loader = loaderFor(segmentedType(value), new RdbReader(head), limits);
    for (const [number, bytes] of [...segments].sort(([a], [b]) => a - b)) loader.segment(number, new RdbReader(bytes));
    expect(show(loader.finish().value)).toBe(expected);
  }
}

describe('a big value that changes while its segments are read, some readings being given up', () => {
  it('a hash is kept as it was', () => {
    fc.assert(
      fc.property(fc.array(round, { minLength: 2, maxLength: 8 }), (rounds) => {
        check(bigHash(), changeHash, rounds);
      }),
      { numRuns: runs(60) },
    );
  });

  it('a string is kept as it was', () => {
    fc.assert(
      fc.property(fc.array(round, { minLength: 2, maxLength: 8 }), (rounds) => {
        check(bigString(), changeString, rounds);
      }),
      { numRuns: runs(60) },
    );
  });
});
