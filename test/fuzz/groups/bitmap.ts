import fc from 'fast-check';
import { command, integer, key, options, option, some, value, type CommandGroup } from '../command-group';

const offset = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('-1', '4294967296', 'x', '') },
);
const bit = fc.constantFrom('0', '1', '1', '2', 'x');
const unit = options('BIT', 'BYTE');
const type = fc.constantFrom('u8', 'i8', 'u1', 'i64', 'u63', 'i5', 'u16', 'u64', 'i0', 'x');
const field = fc.oneof(
  offset,
  fc.integer({ min: 0, max: 9 }).map((n) => `#${String(n)}`),
);
const operation = fc.oneof(
  option('GET', type, field),
  option('SET', type, field, integer),
  option('INCRBY', type, field, integer),
  option('OVERFLOW', fc.constantFrom('WRAP', 'SAT', 'FAIL', 'x')),
);

export const bitmapGroup: CommandGroup = {
  name: 'bitmap',
  commands: {
    setbit: command(['SETBIT', key, offset, bit]),
    getbit: command(['GETBIT', key, offset]),
    bitcount: command(['BITCOUNT', key]),
    'bitcount range': command(['BITCOUNT', key, integer, integer, unit]),
    bitpos: command(['BITPOS', key, bit, fc.array(integer, { maxLength: 2 })]),
    'bitpos unit': command(['BITPOS', key, bit, integer, integer, unit]),
    bitop: command(['BITOP', fc.constantFrom('AND', 'OR', 'XOR', 'NOT', 'x'), key, some(key, 1, 3)]),
    bitfield: command(['BITFIELD', key, fc.array(operation, { maxLength: 3 }).map((made) => made.flat())]),
    bitfield_ro: command(['BITFIELD_RO', key, fc.array(operation, { maxLength: 2 }).map((made) => made.flat())]),
    pfadd: command(['PFADD', key, some(value, 0, 4)]),
    pfcount: command(['PFCOUNT', some(key, 1, 3)]),
    pfmerge: command(['PFMERGE', key, some(key, 0, 3)]),
  },
};
