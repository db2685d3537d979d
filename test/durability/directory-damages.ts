import { cp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SeededRandom } from '../support/seeded-random';
import { FILE_DAMAGES, flip, noise, overwrite, truncate } from './file-damages';
import type { Pristine } from './pristine';

/** What a directory is damaged with. */
export interface DamageTools {
  readonly random: SeededRandom;
  readonly pristine: Pristine;
  /** Another directory of the same kind. */
  readonly other: Pristine;
}

type FileDamage = (file: string, size: number, random: SeededRandom) => Promise<void>;

type DirectoryDamage = (path: string, tools: DamageTools) => Promise<void>;

const DATA = 'data.mdb';
const MARKER = 'respite.json';

const filesOf = async (path: string, prefix: string): Promise<string[]> =>
  (await readdir(path)).filter((name) => name.startsWith(prefix)).sort();

const journalsOf = (path: string): Promise<string[]> => filesOf(path, 'journal-');

/** Damages one of the journals; the data file where there is none. */
const ofJournal = (damage: FileDamage): DirectoryDamage => ofOne('journal-', damage);

/** Damages one of the copies of the data file; the data file itself where there is none. */
const ofGeneration = (damage: FileDamage): DirectoryDamage => ofOne('generation-', damage);

function ofOne(prefix: string, damage: FileDamage): DirectoryDamage {
  return async (path, { random }) => {
    const names = await filesOf(path, prefix);
    const file = join(path, names[random.below(names.length)] ?? DATA);
    await damage(file, (await stat(file)).size, random);
  };
}

function ofFile(name: string, damage: FileDamage): DirectoryDamage {
  return async (path, { random }) => {
    const file = join(path, name);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0, // an earlier damage has removed it
    );
    if (size > 0) await damage(file, size, random);
  };
}

const inData = FILE_DAMAGES.map(([name, damage]): [string, DirectoryDamage] => [name, ofFile(DATA, damage)]);

/** Every kind of damage to a data directory. */
export const DIRECTORY_DAMAGES: readonly [[string, DirectoryDamage], ...[string, DirectoryDamage][]] = [
  [
    'flipped bits in a branch page',
    async (path, { random }) => {
      const file = join(path, DATA);
      const { size } = await stat(file);
      for (let i = 0; i < 4; i++)
        await flip(file, Math.floor(random.below(size / 4096)) * 4096 + random.below(200), random);
    },
  ],
  ...inData,
  ['both meta pages', ofFile(DATA, (file) => overwrite(file, Buffer.alloc(8_192), 0))],
  [
    'the newer meta page',
    async (path, { random }) => {
      await flip(join(path, DATA), 4096 * random.below(2) + 24 + random.below(136), random);
    },
  ],
  ['data file removed', (path) => rm(join(path, DATA), { force: true })],
  ['older data file', (path, { pristine }) => cp(pristine.olderDataFile, join(path, DATA))],
  ['data file of another directory', (path, { other }) => cp(join(other.path, DATA), join(path, DATA))],
  ['marker removed', (path) => rm(join(path, MARKER), { force: true })],
  ['marker flipped', ofFile(MARKER, (file, size, random) => flip(file, random.below(size), random))],
  ['marker cut', ofFile(MARKER, (file, size, random) => truncate(file, random.below(size)))],
  ['marker of another directory', (path, { other }) => cp(join(other.path, MARKER), join(path, MARKER))],
  ['last-snapshot removed', (path) => rm(join(path, 'last-snapshot'), { force: true })],
  ['last-snapshot flipped', ofFile('last-snapshot', (file, size, random) => flip(file, random.below(size), random))],
  ['abandoned rewrite', (path, { random }) => writeFile(join(path, 'data.mdb.new'), noise(5_000, random))],
  ['journal cut', ofJournal((file, size, random) => truncate(file, random.below(size)))],
  ['journal flipped', ofJournal((file, size, random) => flip(file, random.below(size), random))],
  ['journal header flipped', ofJournal((file, _size, random) => flip(file, random.below(64), random))],
  [
    'journal zeroed',
    ofJournal((file, size, random) => overwrite(file, Buffer.alloc(1 + random.below(3_000)), random.below(size))),
  ],
  ['journal removed', ofJournal((file) => rm(file))],
  [
    'journals swapped',
    async (path) => {
      const [first, second] = await journalsOf(path);
      if (first === undefined || second === undefined) return;
      await rename(join(path, first), join(path, 'held'));
      await rename(join(path, second), join(path, first));
      await rename(join(path, 'held'), join(path, second));
    },
  ],
  [
    'journals of another directory',
    async (path, { other }) => {
      for (const name of await journalsOf(other.path)) await cp(join(other.path, name), join(path, name));
    },
  ],
  ['generation cut', ofGeneration((file, size, random) => truncate(file, random.below(size)))],
  ['generation flipped', ofGeneration((file, size, random) => flip(file, random.below(size), random))],
  ['generation removed', ofGeneration((file) => rm(file))],
  [
    'older data file of a generation',
    ofGeneration(async (file) => {
      const data = join(dirname(file), DATA);
      if (file !== data) await cp(file, data);
    }),
  ],
  ['journal of garbage', ofJournal((file, size, random) => writeFile(file, noise(Math.min(size, 20_000), random)))],
];
