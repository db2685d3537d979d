import { textBytes } from '../values/text-bytes';

/** Why somebody was refused. */
export type DenialReason = 'command' | 'key' | 'channel' | 'auth';
export type DenialContext = 'toplevel' | 'multi' | 'lua';

/** What somebody was refused. */
export interface Denial {
  readonly reason: DenialReason;
  readonly context: DenialContext;
  /** The command, key, channel or user name that was refused. */
  readonly object: string;
  readonly user: string;
}

/** Equal refusals, as ACL LOG tells of them. */
export interface LoggedDenial extends Denial {
  /** Counted from 0. */
  readonly id: number;
  /** When the first of them was refused, milliseconds since the epoch. */
  readonly since: number;
  count: number;
  /** Milliseconds since the epoch. */
  at: number;
  clientInfo: string;
}

/** Equal denials within this time count as one. */
const GROUPING_MS = 60_000;
/** So many of the latest are compared. */
const COMPARED = 10;

const ENTRY_BYTES = 200;

function bytesOf({ object, user, clientInfo }: LoggedDenial): number {
  return ENTRY_BYTES + textBytes(object) + textBytes(user) + textBytes(clientInfo);
}

/** What ACL LOG shows: the latest refusals. */
export class AclLog {
  /** Newest first. */
  readonly entries: LoggedDenial[] = [];
  /** How often somebody was refused, since the statistics were reset. */
  readonly refused: Record<DenialReason, number> = { command: 0, key: 0, channel: 0, auth: 0 };
  #nextId = 0;
  /** `acllog-max-len` */
  maxLength = 128;

  /** @param onBytes told by how much what is kept has grown, in bytes */
  constructor(private readonly onBytes: (change: number) => void) {}

  add(denial: Denial, at: number, clientInfo: string): void {
    const { reason, context, object, user } = denial;
    this.refused[reason] += 1;
    const same = this.entries
      .slice(0, COMPARED)
      .findIndex(
        (each) =>
          each.reason === reason &&
          each.context === context &&
          each.object === object &&
          each.user === user &&
          at - each.at <= GROUPING_MS,
      );
    const [known] = same < 0 ? [] : this.entries.splice(same, 1);
    if (known !== undefined) this.onBytes(-bytesOf(known));
    const id = known?.id ?? this.#nextId++;
    const entry = { ...denial, id, count: (known?.count ?? 0) + 1, since: known?.since ?? at, at, clientInfo };
    this.entries.unshift(entry);
    this.onBytes(bytesOf(entry));
    for (const surplus of this.entries.splice(this.maxLength)) this.onBytes(-bytesOf(surplus));
  }

  clear(): void {
    for (const entry of this.entries.splice(0)) this.onBytes(-bytesOf(entry));
  }
}
