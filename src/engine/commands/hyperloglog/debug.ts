import { OK, Status } from '../../protocol/reply';
import { emptyHyperLogLog, HyperLogLog } from '../../values/hyperloglog';
import { REGISTERS } from '../../values/hyperloglog-registers';
import { RawString } from '../../values/raw-string';
import { wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable } from '../../command/errors';
import { editHyperLogLog, orCorrupt, ownHyperLogLog } from './access';

const NO_KEY = error('The specified key does not exist');
const NOT_SPARSE = error('HLL encoding is not sparse');

export const pfdebug = defineCommand({
  name: 'pfdebug',
  arity: 3,
  flags: ['write', 'denyoom', 'admin'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Shows the insides of a HyperLogLog.',
  internal: true,
  complexity: 'N/A',
  keys: [oneKey('RW ACCESS', 2)],
  syntax: 'subcommand key',
  run(context, [subcommand, key]) {
    const hll = ownHyperLogLog(context, key);
    if (hll === undefined) throw NO_KEY;
    const toDense = (): boolean => {
      if (hll.encoding === 'dense') return false;
      editHyperLogLog(context, key, (edited) => {
        edited.toDense();
      });
      return true;
    };
    return orCorrupt(() => {
      switch (wordOf(subcommand)) {
        case 'getreg': {
          toDense();
          const registers = new Uint8Array(REGISTERS);
          hll.mergeInto(registers);
          return [...registers];
        }
        case 'decode':
          if (hll.encoding === 'dense') throw NOT_SPARSE;
          return hll.describeRuns();
        case 'encoding':
          return new Status(hll.encoding);
        case 'todense':
          return toDense() ? 1 : 0;
        default:
          throw error(`Unknown PFDEBUG subcommand '${printable(subcommand)}'`);
      }
    });
  },
});

/** Elements PFSELFTEST adds: enough for both forms, few enough not to keep other clients waiting. */
const TESTED_ELEMENTS = 100_000;
const SPARSE_MAX_BYTES = 3000;
/** Six times the standard error: 1.04 / sqrt(16384) of the count. */
const TOLERANCE = 6 * (1.04 / Math.sqrt(REGISTERS));

export const pfselftest = defineCommand({
  name: 'pfselftest',
  arity: 1,
  flags: ['admin'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Tests the HyperLogLog implementation.',
  internal: true,
  complexity: 'N/A',
  run(context) {
    const small = new HyperLogLog(new RawString(emptyHyperLogLog()), SPARSE_MAX_BYTES);
    const dense = new HyperLogLog(new RawString(emptyHyperLogLog()), 0);
    dense.toDense();
    const seed = String(context.engine.random());
    for (let added = 1, checkpoint = 1; added <= TESTED_ELEMENTS; added++) {
      small.add(`${seed}:${String(added)}`);
      dense.add(`${seed}:${String(added)}`);
      if (added !== checkpoint) continue;
      checkpoint *= 10;
      const count = dense.count();
      if (small.count() !== count) throw error(`TESTFAILED dense/sparse disagree after ${String(added)} elements`);
      if (Math.abs(count - added) > Math.max(1, added * TOLERANCE))
        throw error(`TESTFAILED ${String(count)} counted after ${String(added)} elements`);
    }
    return OK;
  },
});
