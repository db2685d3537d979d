import type { MovedItem, ProgressListener, TransferProgress } from './transfer';

/** Counts what is moved, and tells how far it is. */
export class Tally {
  keys = 0;
  bytes = 0;
  functions = 0;

  constructor(
    private readonly phase: TransferProgress['phase'],
    private readonly listener?: ProgressListener,
    /** How many keys there are, where that is known. */
    public total?: number,
  ) {}

  /** A batch was dealt with. */
  add(batch: readonly MovedItem[]): void {
    for (const item of batch) {
      if (item.kind === 'function') this.functions += 1;
      else if (item.kind === 'value' || (item.kind === 'part' && item.last)) this.keys += 1;
      if ('body' in item) this.bytes += item.body.length;
    }
    const { phase, keys, bytes, total } = this;
    this.listener?.({ phase, keys, bytes, total });
  }
}
