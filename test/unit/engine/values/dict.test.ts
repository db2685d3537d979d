import fc from 'fast-check';
import { Dict, type DictEntry } from '../../../../src/engine/values/dict';
import { HashIndex, hashOf } from '../../../../src/engine/values/hash-index';

interface Numbered extends DictEntry {
  readonly number: number;
}

const entry = (key: string, number = 0): Numbered => ({ key, number, index: -1 });

describe('Dict', () => {
  it('finds, adds and deletes as a Map does, at any size', () => {
    const step = fc.record({ key: fc.nat(400), deletes: fc.boolean(), times: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const dict = new Dict<Numbered>();
        const model = new Map<string, Numbered>();
        for (const { key, deletes, times } of steps) {
          for (let i = key; i <= key + times; i++) {
            const name = `key:${String(i)}`;
            if (deletes) {
              if (dict.delete(name) !== model.get(name)) throw new Error(`deleted another than ${name}`);
              model.delete(name);
            } else if (!model.has(name)) {
              const added = entry(name, i);
              dict.add(added);
              model.set(name, added);
            }
          }
        }
        expect(dict.size).toBe(model.size);
        expect(new Set(dict.entries())).toEqual(new Set(model.values()));
        const names = Array.from({ length: 461 }, (_, i) => `key:${String(i)}`);
        expect(names.filter((name) => dict.get(name) !== model.get(name))).toEqual([]);
        expect(dict.entries().filter(({ index }, i) => index !== i)).toEqual([]);
      }),
    );
  });

  it('keeps every entry while it grows to 300,000 and shrinks again', () => {
    const dict = new Dict<Numbered>();
    const count = 300_000;
    for (let i = 0; i < count; i++) dict.add(entry(`k${String(i)}`, i));
    for (let i = 0; i < count; i++) if (dict.get(`k${String(i)}`)?.number !== i) throw new Error(`lost k${String(i)}`);
    expect(dict.has('k-1')).toBe(false);
    for (let i = 0; i < count - 5; i++)
      if (dict.delete(`k${String(i)}`)?.number !== i) throw new Error(`no k${String(i)}`);
    expect(
      dict
        .entries()
        .map(({ number }) => number)
        .sort(),
    ).toEqual([299995, 299996, 299997, 299998, 299999]);
    expect(dict.get('k299997')?.number).toBe(299997);
  });
});

describe('HashIndex', () => {
  const positionsOf = (index: HashIndex, hash: number) => {
    const pairs = index.pairsFor(hash);
    const found: number[] = [];
    for (let at = (hash << 1) & (pairs.length - 1); pairs[at + 1] !== 0; at = (at + 2) & (pairs.length - 1))
      if (pairs[at] === hash) found.push((pairs[at + 1] ?? 0) - 1);
    return found;
  };

  it('keeps entries whose hashes are equal', () => {
    const index = new HashIndex();
    for (let i = 0; i < 100; i++) index.add(-5, i);
    index.delete(-5, 40);
    index.move(-5, 99, 40);
    expect(positionsOf(index, -5).sort((a, b) => a - b)).toEqual(Array.from({ length: 99 }, (_, i) => i));
  });

  it('does not split for ever what no bit tells apart', () => {
    const index = new HashIndex();
    for (let i = 0; i < 60_000; i++) index.add(i, i);
    expect([0, 3, 59_999].map((hash) => positionsOf(index, hash))).toEqual([[0], [3], [59_999]]);
  });
});

describe('hashOf', () => {
  it('keeps keys apart that were made to meet: a difference in one word, taken back in the next', () => {
    const blocks = ['abcdabcd', 'abc\xe4ab\x62\xe4'];
    const keys = Array.from({ length: 2 ** 14 }, (_, i) =>
      Array.from({ length: 14 }, (_, bit) => blocks[(i >> bit) & 1]).join(''),
    );
    expect(new Set(keys.map(hashOf)).size).toBeGreaterThan(keys.length - 20);
  });

  it('tells zeros at the end from none', () => {
    const keys = Array.from({ length: 12 }, (_, i) => '\0'.repeat(i));
    expect(new Set(keys.map(hashOf)).size).toBe(keys.length);
  });
});
