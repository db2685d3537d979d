import type { RedisVersion } from '../../../../src/engine';
import { crashed, JournaledEngines } from '../../../support/journaled-engine';
import { type Kept, start } from '../../../support/kept-engine';
import { temporaryPath } from '../../../support/temporary-path';

const FAR = '30000000000000';
const engines = new JournaledEngines();
afterEach(() => engines.end());

/** A small hash and a large one, some of whose fields have deadlines. */
function fill({ run }: Kept): void {
  run('HSET', 'small', 'a', '1', 'b', '2');
  run('HPEXPIREAT', 'small', FAR, 'FIELDS', '1', 'a');
  run('HSET', 'large', ...Array.from({ length: 20_000 }, (_, i) => [`f${String(i)}`, 'v'.repeat(20)]).flat());
  run('HPEXPIREAT', 'large', FAR, 'FIELDS', '2', 'f7', 'f9');
}

function expectAll({ run }: Kept): void {
  expect(run('HPEXPIRETIME', 'small', 'FIELDS', '2', 'a', 'b')).toEqual([Number(FAR), -1]);
  expect(run('HPEXPIRETIME', 'large', 'FIELDS', '3', 'f7', 'f8', 'f9')).toEqual([Number(FAR), -1, Number(FAR)]);
  expect(run('HLEN', 'large')).toBe(20_000);
}

const reopened = (path: string, version: RedisVersion): Promise<Kept> => start(path, { version });

it('snapshots keep deadlines of fields, incremental ones too', async () => {
  const path = await temporaryPath();
  const first = await start(path, { version: '8.0' });
  fill(first);
  await first.manager.snapshotNow();
  first.run('HPEXPIREAT', 'small', FAR, 'FIELDS', '1', 'b');
  await first.manager.stop();
  first.engine.close();

  const second = await reopened(path, '8.0');
  expect(second.run('HPERSIST', 'small', 'FIELDS', '1', 'b')).toEqual([1]);
  expectAll(second);
  await second.manager.stop();
  second.engine.close();

  // An older version has no commands for them; the data is whole.
  const third = await reopened(path, '7.0');
  expect(third.run('HGET', 'small', 'a')).toBe('1');
  expect(third.run('HLEN', 'large')).toBe(20_000);
  await third.manager.stop();
  third.engine.close();

  const fourth = await reopened(path, '8.0');
  expectAll(fourth);
  await fourth.manager.stop();
  fourth.engine.close();
});

it('journals keep them, also for an engine of an older version', async () => {
  const path = await temporaryPath();
  const kept = await engines.open(path, { version: '8.0' });
  fill(kept);
  kept.run('HSETEX', 'small', 'PXAT', FAR, 'FIELDS', '1', 'c', '3');
  kept.run('HGETDEL', 'small', 'FIELDS', '1', 'c');
  const copy = await crashed(path, kept);
  const older = await engines.open(copy, { version: '7.0' });
  expect(older.run('HGETALL', 'small')).toMatchObject({ entries: ['a', '1', 'b', '2'] });
  const again = await engines.open(await crashed(copy, older), { version: '8.0' });
  expectAll(again);
});
