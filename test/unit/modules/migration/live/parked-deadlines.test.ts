import { ParkedDeadlines } from '../../../../../src/modules/migration/live/parked-deadlines';

const NOW = 1_000_000_000_000;
const WEEK = 7 * 24 * 3_600_000;
const FAR = String(NOW + WEEK);
const NEAR = String(NOW + 5000);
const LATE = String(NOW + 3_600_000);

const parking = () => {
  const parked = new ParkedDeadlines(() => NOW);
  parked.guardMs = 60_000;
  return parked;
};

describe('deadlines that must not be met at a target', () => {
  it.each([
    ['set', ['k', 'v', 'PXAT', NEAR], ['k', 'v', 'PXAT', FAR]],
    ['set', ['k', 'PX', 'NX', 'exat', String(NOW / 1000 + 5)], ['k', 'PX', 'NX', 'exat', String((NOW + WEEK) / 1000)]],
    ['set', ['k', 'v', 'PX', '5000'], ['k', 'v', 'PX', String(WEEK)]],
    ['set', ['k', 'v', 'EX', '5'], ['k', 'v', 'EX', String(WEEK / 1000)]],
    ['setex', ['k', '5', 'v'], ['k', String(WEEK / 1000), 'v']],
    ['psetex', ['k', '5', 'v'], ['k', String(WEEK), 'v']],
    ['getex', ['k', 'PXAT', NEAR], ['k', 'PXAT', FAR]],
    ['pexpireat', ['k', NEAR], ['k', FAR]],
    ['pexpireat', ['k', String(NOW - 1)], ['k', FAR]],
    ['expireat', ['k', String(NOW / 1000 + 5)], ['k', String((NOW + WEEK) / 1000)]],
    ['expire', ['k', '5'], ['k', String(WEEK / 1000)]],
    ['restore', ['k', NEAR, 'payload', 'ABSTTL'], ['k', FAR, 'payload', 'ABSTTL']],
  ])('%s %j is done as %j, and the key remembered', (name, args, adjusted) => {
    const parked = parking();
    expect(parked.adjust(2, name, args)).toEqual(adjusted);
    expect(parked.keys.entries()).toEqual([[2, ['k']]]);
  });

  it.each([
    ['set', ['k', 'v']],
    ['set', ['k', 'PXAT']],
    ['set', ['k', 'v', 'PXAT', LATE]],
    ['pexpireat', ['k', LATE]],
    ['restore', ['k', '0', 'payload']],
    ['restore', ['k', LATE, 'payload', 'ABSTTL']],
    ['persist', ['k']],
    ['del', ['other', 'k']],
    ['rename', ['without', 'k']],
    ['flushdb', []],
    ['flushall', ['async']],
  ])('%s %j is done as it is, and the key forgotten', (name, args) => {
    const parked = parking();
    parked.adjust(0, 'pexpireat', ['k', NEAR]);
    expect(parked.adjust(0, name, args)).toEqual(args);
    expect(parked.keys.entries()).toEqual([]);
  });

  it.each([
    ['set', ['k', 'v', 'KEEPTTL'], [[0, ['k']]]],
    ['incr', ['k'], [[0, ['k']]]],
    ['rename', ['k', 'other'], [[0, ['other']]]],
    ['move', ['k', '3'], [[3, ['k']]]],
    [
      'copy',
      ['k', 'k', 'DB', '3', 'REPLACE'],
      [
        [0, ['k']],
        [3, ['k']],
      ],
    ],
    ['copy', ['k', 'other'], [[0, ['k', 'other']]]],
    ['swapdb', ['0', '5'], [[5, ['k']]]],
    ['flushdb', [], []],
  ])('after %s %j these are remembered: %j', (name, args, remembered) => {
    const parked = parking();
    parked.adjust(0, 'pexpireat', ['k', NEAR]);
    parked.adjust(0, name, args);
    expect(parked.keys.entries()).toEqual(remembered);
  });
});
