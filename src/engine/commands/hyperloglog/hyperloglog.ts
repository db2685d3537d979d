import type { CommandContext } from '../../execution/command-context';
import { OK } from '../../protocol/reply';
import { countRegisters, emptyHyperLogLog, type HyperLogLog } from '../../values/hyperloglog';
import { REGISTERS } from '../../values/hyperloglog-registers';
import { RawString } from '../../values/raw-string';
import { keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { editHyperLogLog, orCorrupt, ownHyperLogLog, readHyperLogLog } from './access';

function create(context: CommandContext, key: string): void {
  context.store(key, new RawString(emptyHyperLogLog()));
}

export const pfadd = defineCommand({
  name: 'pfadd',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Adds elements to a HyperLogLog; answers whether its estimate may have changed.',
  complexity: 'O(1) for each element',
  keys: [oneKey('RW INSERT')],
  syntax: 'key [element [element ...]]',
  run(context, [key, ...elements]) {
    return orCorrupt(() => {
      const existing = ownHyperLogLog(context, key);
      if (existing !== undefined && !elements.some((element) => existing.wouldChange(element))) return 0;
      if (existing === undefined) create(context, key);
      editHyperLogLog(context, key, (hll) => {
        for (const element of elements) hll.add(element);
        hll.invalidate();
      });
      context.notify('$', 'pfadd', key);
      return 1;
    });
  },
});

/** The registers of several, merged; also whether one of them is dense. */
function mergeKeys(context: CommandContext, keys: readonly string[]): { registers: Uint8Array; dense: boolean } {
  const registers = new Uint8Array(REGISTERS);
  let dense = false;
  for (const key of keys) {
    const hll = readHyperLogLog(context, key);
    if (hll?.encoding === 'dense') dense = true;
    hll?.mergeInto(registers);
  }
  return { registers, dense };
}

function countOne(context: CommandContext, key: string): number | bigint {
  if (readHyperLogLog(context, key) === undefined) return 0;
  const cached = ownHyperLogLog(context, key)?.cachedCount;
  if (cached !== undefined) return cached;
  let count = 0;
  // The count is remembered in the value: a change, though nobody is told.
  editHyperLogLog(context, key, (hll) => {
    count = hll.count();
  });
  return count;
}

export const pfcount = defineCommand({
  name: 'pfcount',
  arity: -2,
  flags: ['readonly', 'may_replicate'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Estimates how many different elements were added to one HyperLogLog or to any of several.',
  complexity: 'O(1) for one key, O(N) for several',
  keys: [
    {
      ...keyRange('RW ACCESS', 1, -1),
      notes: 'RW because it may change the internal representation of the key, and propagate to replicas',
    },
  ],
  syntax: 'key [key ...]',
  run: (context, keys) =>
    orCorrupt(() =>
      keys.length === 1 ? countOne(context, keys[0]) : countRegisters(mergeKeys(context, keys).registers),
    ),
});

function raiseAll(hll: HyperLogLog, registers: Uint8Array): void {
  for (const [index, value] of registers.entries()) if (value > 0) hll.raise(index, value);
}

export const pfmerge = defineCommand({
  name: 'pfmerge',
  arity: -2,
  flags: ['write', 'denyoom'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Merges HyperLogLogs into one.',
  complexity: 'O(N) in the number of keys',
  keys: [oneKey('RW ACCESS INSERT'), keyRange('RO ACCESS', 2, -1)],
  syntax: 'destkey [sourcekey [sourcekey ...]]',
  run(context, keys) {
    const [target] = keys;
    return orCorrupt(() => {
      const { registers, dense } = mergeKeys(context, keys);
      if (ownHyperLogLog(context, target) === undefined) create(context, target);
      editHyperLogLog(context, target, (hll) => {
        if (dense) hll.toDense();
        raiseAll(hll, registers);
        hll.invalidate();
      });
      context.notify('$', 'pfadd', target);
      return OK;
    });
  },
});
