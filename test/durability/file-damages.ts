import { open, writeFile } from 'node:fs/promises';
import type { SeededRandom } from '../support/seeded-random';

/** Damages a file of `size` bytes. */
export type Damage = (path: string, size: number, random: SeededRandom) => Promise<void>;

const PAGE = 4096;

/** Every kind of damage to a data file. */
export const FILE_DAMAGES: readonly [[string, Damage], ...[string, Damage][]] = [
  ['truncated', async (path, size, random) => truncate(path, random.below(size))],
  ['truncated at a page', async (path, size, random) => truncate(path, random.below(size / PAGE) * PAGE)],
  ['emptied', async (path) => truncate(path, 0)],
  [
    'zeroed range',
    (path, size, random) => overwrite(path, Buffer.alloc(1 + random.below(3 * PAGE)), random.below(size)),
  ],
  ['zeroed page', (path, size, random) => overwrite(path, Buffer.alloc(PAGE), random.below(size / PAGE) * PAGE)],
  ['one flipped bit', flipBits(1)],
  ['flipped bits', flipBits(50)],
  ['flipped bits in a page header', flipBits(2, 24)],
  [
    'flipped bits in a meta page',
    (path, _size, random) => flip(path, random.below(2) * PAGE + random.below(160), random),
  ],
  ['random page', (path, size, random) => overwrite(path, noise(PAGE, random), random.below(size / PAGE) * PAGE)],
  ['random file', async (path, size, random) => writeFile(path, noise(size, random))],
  ['swapped pages', swapPages],
];

/** Cuts a file. */
export async function truncate(path: string, size: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.truncate(size);
  await file.close();
}

/** Writes over a part of a file. */
export async function overwrite(path: string, bytes: Buffer, position: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

function flipBits(count: number, withinPage = PAGE): Damage {
  return async (path, size, random) => {
    for (let i = 0; i < count; i++) {
      await flip(path, random.below(size / PAGE) * PAGE + random.below(withinPage), random);
    }
  };
}

/** Flips one bit of a byte. */
export async function flip(path: string, position: number, random: SeededRandom): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte.writeUInt8(byte.readUInt8() ^ (1 << random.below(8)));
  await file.write(byte, 0, 1, position);
  await file.close();
}

async function swapPages(path: string, size: number, random: SeededRandom): Promise<void> {
  const positions = [random.below(size / PAGE) * PAGE, random.below(size / PAGE) * PAGE] as const;
  const pages = [Buffer.alloc(PAGE), Buffer.alloc(PAGE)] as const;
  const file = await open(path, 'r+');
  await file.read(pages[0], 0, PAGE, positions[0]);
  await file.read(pages[1], 0, PAGE, positions[1]);
  await file.write(pages[0], 0, PAGE, positions[1]);
  await file.write(pages[1], 0, PAGE, positions[0]);
  await file.close();
}

/** Random bytes. */
export function noise(bytes: number, random: SeededRandom): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) buffer[i] = random.below(256);
  return buffer;
}
