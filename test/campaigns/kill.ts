import { createHash } from 'node:crypto';
import { runKill } from '../durability/kill';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** SIGKILL at random moments while snapshots, and journals, are written; what is restored is compared with a model. */
export const campaign: Campaign = {
  name: 'kill',
  unit: 'kills',
  defaultSize: 300,
  async run({ seed, size }) {
    const encryptionKey = createHash('sha256').update(String(seed)).digest();
    const half = Math.ceil(size / 2);
    try {
      const plain = await runKill(await temporaryPath(), half, seed);
      const encrypted = await runKill(await temporaryPath(), size - half, seed, {
        encryptionKey,
        durability: 'always',
      });
      return { plain: plain.steps, encryptedWithJournals: encrypted.steps };
    } finally {
      await removeTemporaryPaths();
    }
  },
};
