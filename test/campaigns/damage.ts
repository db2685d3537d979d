import { createHash } from 'node:crypto';
import { runBackupDamage } from '../durability/backup-damage';
import { runDamage } from '../durability/damage';
import { runDoctor } from '../durability/doctor';
import type { Keeping } from '../durability/workload';
import { temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/**
 * Damage of every kind. Data files, in clear and encrypted: all the data or a quarantine, and what is written afterwards comes back.
 * Directories with and without journals and copies of the data file: the doctor says what the start finds, and saves nothing that never was. Backups: all or nothing.
 */
export const campaign: Campaign = {
  name: 'damage',
  unit: 'damaged files, directories and backups',
  defaultSize: 3_000,
  async run({ seed, size }) {
    const encryptionKey = createHash('sha256').update(String(seed)).digest();
    const share = Math.ceil(size / 10);
    // Left behind when one fails: the damaged file is the evidence.
    const doctor = async (keeping: Keeping) => counted(await runDoctor(await temporaryPath(), share, seed, keeping));
    return {
      data: counted(await runDamage(await temporaryPath(), share, seed)),
      encryptedData: counted(await runDamage(await temporaryPath(), share, seed, encryptionKey)),
      directories: await doctor({ durability: 'snapshot' }),
      encryptedDirectories: await doctor({ durability: 'snapshot', encryptionKey }),
      journals: await doctor({ durability: 'always' }),
      encryptedJournals: await doctor({ durability: 'always', encryptionKey }),
      copies: await doctor({ durability: 'snapshot', generations: 3 }),
      encryptedCopiesAndJournals: await doctor({ durability: 'always', generations: 3, encryptionKey }),
      backups: counted(await runBackupDamage(await temporaryPath(), share, seed)),
      encryptedBackups: counted(await runBackupDamage(await temporaryPath(), share, seed, encryptionKey)),
    };
  },
};

function counted({ kinds, ...counts }: { readonly kinds: ReadonlyMap<string, number> }) {
  return { ...counts, kinds: Object.fromEntries(kinds) };
}
