import type { CommandRecord } from '../command/table';
import type { Client } from '../session/client';

/** Whether a command is refused when the memory is full: a transaction is as a whole, and grows no more. */
export function usesMemory(
  { transaction, version }: Client,
  { denyOom, fullName, runsInMulti }: CommandRecord,
): boolean {
  if (denyOom || transaction === undefined) return denyOom;
  if (fullName === 'exec') return transaction.queue.some(({ record }) => record.denyOom);
  // Before 8.0 even what is only queued counts.
  return !runsInMulti && version < '8.0';
}

/** Whether a command reads or changes anything, or publishes. */
export function usesKeyspace(client: Client, record: CommandRecord): boolean {
  return record.readOnly || mayWrite(client, record) || record.definition.flags.includes('may_replicate');
}

/** Whether a command may change something: a transaction when one of its commands may. */
export function mayWrite({ transaction }: Client, { write, fullName }: CommandRecord): boolean {
  return write || (fullName === 'exec' && transaction?.queue.some((queued) => queued.record.write) === true);
}
