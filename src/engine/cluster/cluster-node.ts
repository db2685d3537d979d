import { randomBytes } from 'node:crypto';
import { error } from '../command/errors';
import { findKeys, mayHaveKeys } from '../command/key-positions';
import type { CommandRecord } from '../command/table';
import { ErrorReply } from '../protocol/reply';
import type { Client } from '../session/client';
import type { QueuedCommand } from '../session/transaction';
import { slotOf } from './key-slot';

const CROSS_SLOT = new ErrorReply("CROSSSLOT Keys in request don't hash to the same slot");

/**
 * What an engine knows of itself when clients take it for a cluster: it is the only node and serves every slot. Commands
 * whose keys lie in different slots are refused as a cluster refuses them.
 */
export class ClusterNode {
  readonly id = randomBytes(20).toString('hex');
  /** Of the only shard there is. */
  readonly shardId = randomBytes(20).toString('hex');

  /** The address clients are told to connect to. */
  constructor(
    readonly host: string,
    readonly port: number,
  ) {}

  /** Why a command cannot run on a cluster. */
  refuse(client: Client, record: CommandRecord, args: readonly string[]): ErrorReply | undefined {
    const { fullName } = record;
    if (record.definition.spansDatabases === true || (fullName === 'select' && isAnotherDatabase(args[0])))
      return error(`${fullName.toUpperCase()} is not allowed in cluster mode`);
    if (fullName === 'copy' && args[2]?.toLowerCase() === 'db' && isAnotherDatabase(args[3]))
      return error(
        client.version < '8.0'
          ? 'Copying to another database is not allowed in cluster mode'
          : 'DB index is out of range',
      );
    const commands = fullName === 'exec' ? (client.transaction?.queue ?? []) : [{ record, args }];
    return spansSlots(commands) ? CROSS_SLOT : undefined;
  }
}

/** What is no number at all is for the command itself to refuse. */
function isAnotherDatabase(index = ''): boolean {
  return /^-?\d+$/.test(index) && Number(index) !== 0;
}

function spansSlots(commands: readonly Pick<QueuedCommand, 'record' | 'args'>[]): boolean {
  let slot: number | undefined;
  for (const { record, args } of commands) {
    if (!mayHaveKeys(record.definition)) continue;
    for (const { position } of findKeys(record.definition, args) ?? []) {
      const own = slotOf(args[position - 1] ?? '');
      if (slot !== undefined && own !== slot) return true;
      slot = own;
    }
  }
  return false;
}
