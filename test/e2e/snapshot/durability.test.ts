import { randomBytes } from 'node:crypto';
import { killAcknowledging } from '../../durability/acknowledged';
import { runDamage } from '../../durability/damage';
import { runKill } from '../../durability/kill';
import { slice } from '../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

/** Slices of the campaigns `kill` and `damage`. */
const { size: KILLS, seed } = slice({ short: 1, long: 20 });
const { size: DAMAGED_FILES } = slice({ short: 2, long: 100 });

afterAll(removeTemporaryPaths);

it(`NFR-2: ${String(KILLS)} times kill -9 while snapshots are written (seed ${String(seed)})`, async () => {
  await expect(runKill(await temporaryPath(), KILLS, seed)).resolves.toMatchObject({ rounds: KILLS });
});

it(`NFR-2: ${String(KILLS)} times kill -9 while encrypted snapshots and journals are written (seed ${String(seed)})`, async () => {
  const keeping = { encryptionKey: randomBytes(32), durability: 'always' } as const;
  await expect(runKill(await temporaryPath(), KILLS, seed, keeping)).resolves.toMatchObject({ rounds: KILLS });
});

it(`NFR-2: damage gives all the data or a quarantine, never a crash (seed ${String(seed)})`, async () => {
  const { quarantined } = await runDamage(await temporaryPath(), DAMAGED_FILES, seed);
  expect(quarantined).toBeGreaterThan(0);
});

it(`NFR-2: ${String(KILLS)} times kill -9 under fifty writers loses nothing acknowledged (seed ${String(seed)})`, async () => {
  const { acknowledged } = await killAcknowledging(await temporaryPath(), KILLS, seed);
  expect(acknowledged).toBeGreaterThan(0);
});
