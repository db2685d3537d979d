import { runDamage } from '../../durability/damage';
import { runKill } from '../../durability/kill';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

/** A slice of the campaigns `kill` and `damage`, with another seed every time; a failure names it. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const KILLS = 8;
const DAMAGED_FILES = 30;

afterAll(removeTemporaryPaths);

it(`NFR-2: ${String(KILLS)} times kill -9 while snapshots are written (seed ${String(seed)})`, async () => {
  await expect(runKill(await temporaryPath(), KILLS, seed)).resolves.toMatchObject({ rounds: KILLS });
}, 120_000);

it(`NFR-2: damage gives all the data or a quarantine, never a crash (seed ${String(seed)})`, async () => {
  const { quarantined } = await runDamage(await temporaryPath(), DAMAGED_FILES, seed);
  expect(quarantined).toBeGreaterThan(0);
}, 120_000);
