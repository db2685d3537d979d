import type { CommandContext } from '../../execution/command-context';
import { ErrorReply } from '../../protocol/reply';
import { CorruptHyperLogLog, HyperLogLog, isHyperLogLog } from '../../values/hyperloglog';
import { RawString } from '../../values/raw-string';
import { ownString } from '../own-string';

const NOT_A_HYPERLOGLOG = new ErrorReply('WRONGTYPE Key is not a valid HyperLogLog string value.');
const CORRUPT = new ErrorReply('INVALIDOBJ Corrupted HLL object detected');

function hyperLogLog(context: CommandContext, raw: RawString): HyperLogLog {
  return new HyperLogLog(raw, context.engine.limits['hll-sparse-max-bytes']);
}

/** The HyperLogLog of a key to look at. @throws WRONGTYPE */
export function readHyperLogLog(context: CommandContext, key: string): HyperLogLog | undefined {
  const value = context.readString(key);
  if (value === undefined) return undefined;
  if (!isHyperLogLog(value)) throw NOT_A_HYPERLOGLOG;
  return hyperLogLog(context, value instanceof RawString ? value : new RawString(value));
}

/** The HyperLogLog of a key in the form that is changed in place. @throws WRONGTYPE */
export function ownHyperLogLog(context: CommandContext, key: string): HyperLogLog | undefined {
  const value = context.peekString(key);
  if (value === undefined) return undefined;
  if (!isHyperLogLog(value)) throw NOT_A_HYPERLOGLOG;
  const raw = ownString(context, key);
  return raw === undefined ? undefined : hyperLogLog(context, raw);
}

/** Changes the HyperLogLog of a key, which exists. */
export function editHyperLogLog(context: CommandContext, key: string, change: (hll: HyperLogLog) => void): void {
  context.editString(key, (raw) => {
    change(hyperLogLog(context, raw));
  });
}

/** Runs something, answering for damaged values as Redis does. */
export function orCorrupt<T>(run: () => T): T {
  try {
    return run();
  } catch (failure) {
    throw failure instanceof CorruptHyperLogLog ? CORRUPT : failure;
  }
}
