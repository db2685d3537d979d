import { Crc64, crc64 } from '../../../../src/engine/rdb/crc64';
import { compressLzf, decompressLzf } from '../../../../src/engine/rdb/lzf';
import { SeededRandom } from '../../../support/seeded-random';

function randomBytes(random: SeededRandom): Buffer {
  const alphabet = random.pick([1, 4, 30, 256]);
  const length = random.below(random.pick([8, 300, 20_000]));
  return Buffer.from(Array.from({ length }, () => random.below(alphabet)));
}

it('what was compressed unpacks to what it was', () => {
  const random = new SeededRandom(7);
  let compressed = 0;
  for (let i = 0; i < 500; i++) {
    const bytes = randomBytes(random);
    const out = Buffer.alloc(Math.max(0, bytes.length - 4));
    const length = compressLzf(bytes, out);
    if (length === undefined) continue;
    compressed += 1;
    expect(decompressLzf(out.subarray(0, length), bytes.length)?.equals(bytes)).toBe(true);
  }
  expect(compressed).toBeGreaterThan(100);
});

it('says so when it would take more than there is room for', () => {
  const random = new SeededRandom(1);
  const noise = Buffer.from(Array.from({ length: 500 }, () => random.below(256)));
  expect(compressLzf(noise, Buffer.alloc(496))).toBeUndefined();
  expect(compressLzf(Buffer.alloc(500), Buffer.alloc(5))).toBeUndefined();
  expect(compressLzf(Buffer.alloc(500), Buffer.alloc(20))).toBeLessThan(20);
});

it('refuses what is no LZF', () => {
  expect(decompressLzf(Buffer.from([200, 5, 5]), 10)).toBeUndefined();
  expect(decompressLzf(Buffer.from([31, 1]), 32)).toBeUndefined();
  expect(decompressLzf(Buffer.from([0, 1]), 2 ** 30)).toBeUndefined();
});

it('a checksum of pieces is that of the whole', () => {
  expect(crc64(Buffer.from('123456789')).toString(16)).toBe('e9c6d914c4b8d9ca');
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) & 255));
  const pieces = new Crc64();
  for (const [from, to] of [
    [0, 3],
    [3, 19],
    [19, 20],
    [20, 1000],
  ] as const)
    pieces.update(bytes.subarray(from, to));
  expect(pieces.value).toBe(crc64(bytes));
});
