import { contract, useServers, type Step } from './harness';

useServers();

const OPTIONS: Step[] = [
  [],
  ['LEN'],
  ['IDX'],
  ['idx', 'WITHMATCHLEN'],
  ['IDX', 'MINMATCHLEN', 2],
  ['IDX', 'MINMATCHLEN', 4, 'WITHMATCHLEN'],
  ['IDX', 'MINMATCHLEN', -3],
  ['MINMATCHLEN', 2],
  ['LEN', 'WITHMATCHLEN'],
];

const PAIRS = [
  ['ohmytext', 'mynewtext'],
  ['abcbdab', 'bdcaba'],
  ['', 'abc'],
  ['aaaa', 'aa'],
  ['aa', 'aaaa'],
  ['xaxbxc', 'yaybyc'],
  ['abcdef', 'abcdef'],
  ['ab', 'ba'],
  ['\x00\xff\x00', '\xff\x00\xff'],
  ['rosettacode', 'raisethysword'],
  ['acgtacgtagctagctagcatcgat', 'tagcatcgacgatcgatcagctacgat'],
];

contract(
  'LCS of pairs of strings',
  PAIRS.flatMap(([a = '', b = '']): Step[] => [
    ['SET', 'a', a],
    ['SET', 'b', b],
    ...OPTIONS.map((options): Step => ['LCS', 'a', 'b', ...(options as string[])]), // plain words, all of them
  ]),
);

contract('LCS of numbers, of what is missing and of other types', [
  ['SET', 'a', 12345],
  ['SET', 'b', 345],
  ['LCS', 'a', 'b'],
  ['APPEND', 'a', 6],
  ['LCS', 'a', 'b', 'IDX'],
  ['LCS', 'a', 'none'],
  ['LCS', 'a', 'none', 'IDX'],
  ['LCS', 'none', 'nope', 'LEN'],
  ['LCS', 'a', 'a'],
  ['HSET', 'h', 'f', 1],
  ['LCS', 'a', 'h'],
  ['LCS', 'h', 'a', 'NOPE'],
  ['LCS', 'a', 'b', 'NOPE'],
  ['LCS', 'a', 'b', 'IDX', 'LEN'],
  ['LCS', 'a', 'b', 'IDX', 'MINMATCHLEN'],
  ['LCS', 'a', 'b', 'IDX', 'MINMATCHLEN', 'x'],
  ['LCS', 'a'],
  ['SETRANGE', 'long', 20000, 'x'],
  ['LCS', 'long', 'long', 'LEN'],
  ['COMMAND', 'INFO', 'LCS'],
]);
