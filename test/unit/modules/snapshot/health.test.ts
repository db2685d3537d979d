import { troublesOf } from '../../../../src/modules/snapshot/health';
import { SnapshotOutcomes } from '../../../../src/modules/snapshot/snapshot-outcomes';
import { RecordingLogger, start } from '../../../support/kept-engine';
import { ManualClock } from '../../../support/manual-clock';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const WELL = {
  now: 10_000,
  lastSuccess: 9_000,
  interval: 1_000,
  failing: undefined,
  journal: undefined,
  quarantined: undefined,
  dataBytes: 1_000,
  freeBytes: 2_000,
};

it.each([
  ['all is well', {}, []],
  ['the last success is three intervals old', { lastSuccess: 7_000 }, []],
  ['it is older', { lastSuccess: 6_999 }, [expect.stringContaining('more than 3 intervals of 1s ago')]],
  ['there are no periodic ones', { lastSuccess: 0, interval: 0 }, []],
  [
    'the disk has room for less than two',
    { freeBytes: 1_999 },
    [expect.stringContaining('1999 bytes are free on the disk')],
  ],
  ['the room is not known', { freeBytes: undefined }, []],
  ['the journal and snapshots fail', { failing: 'x', journal: 'y' }, ['x', expect.stringContaining('refused: y')]],
  ['the start found damage', { quarantined: '/there' }, [expect.stringContaining('/there')]],
])('what is wrong when %s', (_, change, troubles) => {
  expect(troublesOf({ ...WELL, ...change })).toEqual(troubles);
});

it('a snapshot that takes more than 5 seconds is told of, and counted in its bucket', () => {
  const logger = new RecordingLogger();
  const outcomes = new SnapshotOutcomes(logger);
  const result = { skipped: false, written: 3, keys: 3, bytes: 4096 };
  outcomes.written('periodic', 1, { ...result, duration: 5_000 });
  expect(logger.events('warn')).toEqual([]);
  outcomes.written('final', 2, { ...result, duration: 5_001 });
  expect(logger.lines.at(-1)).toMatchObject({
    level: 'warn',
    fields: { event: 'snapshot_slow', kind: 'final', durationMs: 5_001, bytes: 4096, written: 3 },
  });
  expect(outcomes.status().durations).toEqual([
    { kind: 'periodic', count: 1, sum: 5, atMost: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1] },
    { kind: 'final', count: 1, sum: 5.001, atMost: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1] },
    { kind: 'on demand', count: 0, sum: 0, atMost: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
  ]);
});

it('health is degraded while snapshots are missing, and recovers with the next one', async () => {
  const clock = new ManualClock();
  const path = await temporaryPath();
  const kept = await start(path, { clock, interval: 60_000, maxBytes: 40_000 });
  kept.run('SET', 'a', '1');
  await kept.manager.snapshotNow();
  expect(kept.manager.status()).toMatchObject({ health: 'ok', troubles: [] });
  kept.run('SET', 'big', 'x'.repeat(100_000));
  await expect(kept.manager.snapshotNow()).rejects.toMatchObject({
    code: 'SNAPSHOT_TOO_LARGE',
    message: expect.stringMatching(/would take \d+ bytes, more than the 40000 of .*max_snapshot_size/),
  });
  for (let i = 0; i < 2; i++) await kept.manager.snapshotNow().catch(() => undefined);
  expect(kept.manager.status()).toMatchObject({
    health: 'degraded',
    troubles: [expect.stringContaining('the last 3 snapshots failed')],
  });
  kept.run('DEL', 'big');
  await kept.manager.snapshotNow();
  expect(kept.manager.status()).toMatchObject({ health: 'ok', troubles: [] });
  await kept.manager.stop();
  const again = await start(path, { clock, maxBytes: 40_000 });
  expect(again.run('KEYS', '*')).toEqual(['a']);
  await again.manager.stop();
});
