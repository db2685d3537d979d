import { RdbFormatError, RdbReader } from '../../../../src/engine/rdb/rdb-primitives';

it('reads no further than it was narrowed to, whatever the bytes claim', () => {
  const reader = new RdbReader(Buffer.from('\x03one\x03two', 'latin1'));
  reader.narrow(4, 7);
  expect(() => reader.string()).toThrow(RdbFormatError);
  reader.narrow(4, 8);
  expect(reader.string()).toBe('two');
  expect(() => reader.byte()).toThrow('1 bytes expected, 0 left at byte 4');
});
