import { countRadixNodes } from '../../../../src/engine/values/stream-radix';

/** As XINFO STREAM of Redis 7.0.15 showed it for nodes beginning with these ids. */
describe('countRadixNodes', () => {
  it.each([
    ['no node', [], 1],
    ['one', [[1, 1]], 2],
    [
      'two that part at their last byte',
      [
        [1, 1],
        [1, 2],
      ],
      4,
    ],
    [
      'two that part early',
      [
        [1, 1],
        [2 ** 40, 1],
      ],
      6,
    ],
  ])('%s', (_, ids, expected) => {
    expect(countRadixNodes(ids.map(([ms = 0, seq = 0]) => ({ ms, seq })))).toBe(expected);
  });
});
