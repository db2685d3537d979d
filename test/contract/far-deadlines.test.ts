import { contract, useServers } from './harness';

useServers();

const INT64_MAX = '9223372036854775807';
/** Around the last integer that a JavaScript number holds, and around the last number of 64 bits. */
const FAR = [
  '9007199254740991',
  '9007199254740993',
  '9223372036854774',
  '9223372036854775',
  '9223372036854776',
  INT64_MAX,
];

describe('deadlines beyond what a JavaScript number holds', () => {
  for (const time of FAR) {
    contract(`PEXPIREAT, SET PXAT, GETEX PXAT ${time}`, [
      ['SET', 'a', '1'],
      ['PEXPIREAT', 'a', time],
      ['PEXPIRETIME', 'a'],
      ['EXPIRETIME', 'a'],
      ['COPY', 'a', 'b'],
      ['RENAME', 'b', 'c'],
      ['MOVE', 'c', '1'],
      ['SELECT', '1'],
      ['PEXPIRETIME', 'c'],
      ['SELECT', '0'],
      ['PEXPIREAT', 'a', time, 'GT'],
      ['PEXPIREAT', 'a', '9007199254740992', 'LT'],
      ['PEXPIRETIME', 'a'],
      ['SET', 'a', '1', 'PXAT', time],
      ['PEXPIRETIME', 'a'],
      ['GETEX', 'a', 'PXAT', time],
      ['PEXPIRETIME', 'a'],
      ['PERSIST', 'a'],
      ['PEXPIRETIME', 'a'],
      ['PEXPIREAT', 'a', '1000000000000000'],
      ['PEXPIRETIME', 'a'],
    ]);
    contract(`EXPIREAT, SET EXAT ${time}`, [
      ['SET', 'a', '1'],
      ['EXPIREAT', 'a', time],
      ['PEXPIRETIME', 'a'],
      ['EXPIRETIME', 'a'],
      ['SET', 'a', '1', 'EXAT', time],
      ['PEXPIRETIME', 'a'],
    ]);
  }
  contract('spans that end beyond 64 bits', [
    ['SET', 'a', '1'],
    ['PEXPIRE', 'a', INT64_MAX],
    ['EXPIRE', 'a', INT64_MAX],
    ['EXPIRE', 'a', '-9223372036854775808'],
    ['PEXPIRE', 'a', '9223372036854775000'],
    ['SET', 'a', '1', 'PX', INT64_MAX],
    ['SET', 'a', '1', 'EX', '9223372036854775'],
    ['PEXPIREAT', 'a', '-9223372036854775808'],
    ['EXISTS', 'a'],
  ]);
});
