import { createHash } from 'node:crypto';
import { runBackupDamage } from '../../durability/backup-damage';
import { runDoctor } from '../../durability/doctor';
import { slice } from '../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

/** Slices of the campaign `damage`. */
const { size: DIRECTORIES, seed } = slice({ short: 4, long: 12, from: 'DOCTOR_SIZE' });

afterAll(removeTemporaryPaths);

const encryptionKey = createHash('sha256').update(String(seed)).digest();

it.each([
  ['in clear', { durability: 'snapshot' }],
  ['encrypted, with journals', { durability: 'always', encryptionKey }],
  ['with journals and copies', { durability: 'always', generations: 3 }],
] as const)(
  `of a damaged directory the doctor says what the start finds, and saves nothing wrong: %s (seed ${String(seed)})`,
  async (_, keeping) => {
    const { savedAll, savedSome } = await runDoctor(await temporaryPath(), DIRECTORIES, seed, keeping);
    expect(savedAll + savedSome).toBeGreaterThan(DIRECTORIES / 3);
  },
);

it(`of a damaged backup nothing is restored (seed ${String(seed)})`, async () => {
  const { refused } = await runBackupDamage(await temporaryPath(), DIRECTORIES, seed, encryptionKey);
  expect(refused).toBeGreaterThan(0);
});
