import { RdbFileError } from '../../src/engine/rdb/file/errors';
import { RdbFileReader } from '../../src/engine/rdb/file/rdb-file-reader';
import type { RdbItem } from '../../src/engine/rdb/file/rdb-item';
import { plainValue } from '../../src/engine/rdb/plain-value';
import { RdbFormatError } from '../../src/engine/rdb/rdb-primitives';
import { SeededRandom } from '../support/seeded-random';

export interface RdbBytesReport {
  readonly seed: number;
  readonly files: number;
  /** How many were read to the end all the same. */
  readonly whole: number;
  /** How the others ended. */
  readonly refused: Readonly<Record<string, number>>;
}

/** A file may hold so many times its bytes once it is unpacked: what LZF can do, and a string for each byte. */
const LARGEST_GROWTH = 300;

/**
 * Changes sound files at random and reads them, the values too: each is read, or refused as it has to be.
 * @throws whatever else is thrown, with the seed of the file
 */
export async function readMutatedFiles(options: {
  readonly seed: number;
  readonly files: number;
  readonly sound: readonly Buffer[];
}): Promise<RdbBytesReport> {
  const { seed, files, sound } = options;
  const refused: Record<string, number> = {};
  let whole = 0;
  for (let i = 0; i < files; i++) {
    const random = new SeededRandom(seed + i);
    const bytes = mutate(random, sound[random.below(sound.length)] ?? Buffer.alloc(0));
    const end = await readAll(bytes, random).catch((error: unknown) => {
      throw new Error(`FUZZ_SEED=${String(seed + i)}: ${error instanceof Error ? String(error.stack) : String(error)}`);
    });
    if (end === undefined) whole += 1;
    else refused[end] = (refused[end] ?? 0) + 1;
  }
  return { seed, files, whole, refused };
}

function mutate(random: SeededRandom, sound: Buffer): Buffer {
  const bytes = Buffer.from(sound);
  for (let left = 1 + random.below(4); left > 0; left--)
    bytes[random.below(bytes.length)] = random.pick([random.below(256), 0, 0x80, 0x81, 0xff, 0xc3]);
  if (random.below(3) > 0) return bytes;
  const at = random.below(bytes.length);
  if (random.below(2) === 0) return bytes.subarray(0, at);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length))]);
}

/** @returns how it was refused; undefined when it was read */
async function readAll(bytes: Buffer, random: SeededRandom): Promise<string | undefined> {
  const size = random.pick([1, 7, 100, 10_000]);
  const reader = new RdbFileReader(pieces(bytes, size), { checksum: false, partBytes: random.pick([50, 1000, 1e6]) });
  let held = 0;
  try {
    for await (const batch of reader.batches()) for (const item of batch) held += heldBy(item);
  } catch (error) {
    if (error instanceof RdbFileError) return error.trouble;
    if (error instanceof RdbFormatError) return 'value';
    throw error;
  }
  if (held > bytes.length * LARGEST_GROWTH) throw new Error(`${String(held)} bytes out of ${String(bytes.length)}`);
  return undefined;
}

function heldBy(item: RdbItem): number {
  if (!('body' in item)) return 0;
  plainValue(item.body);
  return item.body.length;
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
