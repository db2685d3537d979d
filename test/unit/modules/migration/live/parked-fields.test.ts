import { bodyOf, plainValue } from '../../../../../src/engine/rdb/plain-value';
import { bodyOfPayload, payloadOfBody } from '../../../../../src/engine/rdb/value-body';
import { ParkedFields } from '../../../../../src/modules/migration/live/parked-fields';

const NEAR = 5_000;
const LATE = 900_000;
const FAR = 1_000_000;

const parking = () => new ParkedFields((deadline) => (deadline <= NEAR ? FAR : deadline));

const hash = (...deadlines: readonly number[]) =>
  bodyOf({ type: 'hash', pairs: deadlines.flatMap((_, i) => [`field ${String(i)}`, 'value']), deadlines });
const payload = (body: Buffer) => payloadOfBody(body).latin1Slice();

describe('deadlines of fields that must not be met at a target', () => {
  it.each([
    ['hpexpireat', ['h', String(NEAR), 'FIELDS', '1', 'a'], ['h', String(FAR), 'FIELDS', '1', 'a']],
    ['hpexpireat', ['h', String(NEAR), 'GT', 'FIELDS', '1', 'a'], ['h', String(FAR), 'GT', 'FIELDS', '1', 'a']],
    ['hpexpireat', ['h', String(LATE), 'FIELDS', '1', 'a'], ['h', String(LATE), 'FIELDS', '1', 'a']],
    [
      'hsetex',
      ['h', 'PXAT', String(NEAR), 'FIELDS', '1', 'a', '1'],
      ['h', 'PXAT', String(FAR), 'FIELDS', '1', 'a', '1'],
    ],
    [
      'hsetex',
      ['h', 'FNX', 'PXAT', '1', 'FIELDS', '1', 'a', '1'],
      ['h', 'FNX', 'PXAT', String(FAR), 'FIELDS', '1', 'a', '1'],
    ],
    ['restore', ['h', '0', payload(hash(NEAR, 0, LATE))], ['h', '0', payload(hash(FAR, 0, LATE))]],
  ])('%s %j is done as %j, and the hash remembered', (name, args, adjusted) => {
    const parked = parking();
    expect(parked.adjust(3, name, args)).toEqual(adjusted);
    expect(parked.keys.entries()).toEqual([[3, ['h']]]);
  });

  it.each([
    ['hset', ['h', 'a', '1']],
    ['hsetex', ['h', 'KEEPTTL', 'FIELDS', '1', 'pxat', '1']],
    ['hsetex', ['h', 'FIELDS', '1', 'pxat', '5']],
    ['hpersist', ['h', 'FIELDS', '1', 'a']],
    ['restore', ['h', '0', payload(bodyOf({ type: 'hash', pairs: ['a', '1'] }))]],
    ['restore', ['h', '0', 'no payload']],
  ])('%s %j is done as it is', (name, args) => {
    const parked = parking();
    expect(parked.adjust(0, name, args)).toEqual(args);
    expect(parked.keys.entries()).toEqual([]);
  });

  it('a value that is copied has none that is near', () => {
    const parked = parking();
    const body = parked.body(0, 'h', bodyOfPayload(payloadOfBody(hash(NEAR, LATE, 0))));
    expect(plainValue(body)).toEqual(plainValue(hash(FAR, LATE, 0)));
    parked.adjust(0, 'rename', ['h', 'other']);
    expect(parked.keys.entries()).toEqual([[0, ['other']]]);
  });
});
