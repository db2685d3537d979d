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
    const most = Math.max(0, bytes.length - 4);
    const out = Buffer.alloc(most + 20, '-');
    const length = compressLzf(Buffer.concat([bytes, randomBytes(random)]), bytes.length, out, 10, 10 + most);
    expect([out.subarray(0, 10), out.subarray(10 + most)].map(String)).toEqual(['----------', '----------']);
    if (length === undefined) continue;
    compressed += 1;
    expect(decompressLzf(out, 10, 10 + length, bytes.length)?.equals(bytes)).toBe(true);
  }
  expect(compressed).toBeGreaterThan(100);
});

it('says so when it would take more than there is room for', () => {
  const random = new SeededRandom(1);
  const noise = Buffer.from(Array.from({ length: 500 }, () => random.below(256)));
  const into = (bytes: Buffer, room: number) => compressLzf(bytes, bytes.length, Buffer.alloc(room), 0, room);
  expect(into(noise, 496)).toBeUndefined();
  expect(into(Buffer.alloc(500), 5)).toBeUndefined();
  expect(into(Buffer.alloc(500), 20)).toBeLessThan(20);
});

it('refuses what is no LZF', () => {
  const unpacked = (bytes: readonly number[], length: number) =>
    decompressLzf(Buffer.from(bytes), 0, bytes.length, length);
  expect(unpacked([200, 5, 5], 10)).toBeUndefined();
  expect(unpacked([31, 1], 32)).toBeUndefined();
  expect(unpacked([0, 1], 2 ** 30)).toBeUndefined();
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
