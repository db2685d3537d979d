import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dataset } from '../keyspace/dataset';
import type { Keyspace } from '../keyspace/keyspace';
import type { FunctionLibraries } from '../scripting/function-libraries';
import { ErrorReply } from '../protocol/reply';
import type { EffectLog } from '../effects/effect-log';
import type { Cut } from './cut';
import type { LoadParts, SnapshotLoad } from './load';
import type { Replay, ReplayParts } from './replay';
import type { BigValues } from './segments/big-values';
import type {
  CutExtent,
  DatasetLayout,
  EffectFeed,
  ReplayGuard,
  ReplyGate,
  SnapshotCut,
  SnapshotSource,
} from './source';

const machinery = () => require('./machinery') as typeof import('./machinery');

/** What snapshots are taken of, and put back into. */
export interface SnapshotParts extends LoadParts, ReplayParts {
  readonly effects: EffectLog;
  readonly gate: ReplyGate;
  readonly keyspace: Keyspace;
  readonly libraries: FunctionLibraries;
  readonly switches: { loading: boolean; writesRefused: ErrorReply | undefined };
}

/** Knows which keys changed since the last snapshot, and reads them out as of one point in time. */
export class SnapshotTracker implements SnapshotSource {
  restored = false;
  #cut: Cut | undefined;
  /** Resolves when the snapshot that is open is closed. */
  #closed = Promise.resolve();
  #saved: DatasetLayout = { datasets: [], libraries: [] };
  #restoring: SnapshotLoad | undefined;
  #big: BigValues | undefined;
  #replay: Replay | undefined;

  constructor(private readonly parts: SnapshotParts) {}

  get effects(): EffectFeed {
    const { effects } = this.parts;
    return { listen: (listener) => effects.listen(listener), gate: this.parts.gate };
  }

  get changes(): number {
    let changed = 0;
    for (const { dataset } of this.parts.keyspace.databases) changed += dataset.changed?.size ?? 0;
    return changed > 0 ? changed : sameLayout(this.#layout(), this.#saved) ? 0 : 1;
  }

  async free(): Promise<void> {
    do {
      await this.#closed;
      await nextTurn();
    } while (this.#cut !== undefined);
  }

  begin(extent: CutExtent = {}): SnapshotCut {
    if (this.#cut !== undefined) throw new Error('a snapshot is being read already');
    const { keyspace } = this.parts;
    const { dirty } = keyspace;
    const { Cut, BigValues } = machinery();
    this.#big ??= new BigValues();
    let close = (): void => undefined;
    this.#closed = new Promise((resolve) => {
      close = resolve;
    });
    const cut = new Cut(this.#datasets(), this.#layout(), extent, this.#big, (layout) => {
      this.#cut = undefined;
      close();
      if (layout === undefined) return;
      this.#saved = layout;
      keyspace.dirty -= dirty;
    });
    this.#cut = cut;
    return cut;
  }

  beginRestore(): void {
    this.parts.switches.loading = true;
    const { BigValues, SnapshotLoad } = machinery();
    this.#big = new BigValues();
    this.#restoring = new SnapshotLoad(this.parts, this.#big);
  }

  importBatch(batch: Uint8Array, asOf?: number): number {
    if (this.#restoring === undefined) throw new Error('importBatch outside of a restore');
    return this.#restoring.load(batch, asOf);
  }

  showRestored(layout: DatasetLayout | undefined): void {
    this.#restoring?.finish();
    if (layout !== undefined) this.#show(layout);
    this.#saved = layout ?? this.#layout();
    this.#restoring = undefined;
    this.parts.keyspace.dirty = 0;
  }

  replay(payload: Buffer, time: number, guard?: ReplayGuard): number {
    // Nothing expires but by what was written down.
    if (this.#replay === undefined) this.parts.keyspace.setActiveExpiry(false);
    this.#replay ??= new (machinery().Replay)(this.parts);
    return this.#replay.run(payload, time, guard);
  }

  finishRestore(layout: DatasetLayout | undefined): void {
    const { keyspace } = this.parts;
    if (this.#restoring !== undefined) this.showRestored(layout);
    this.#replay?.end();
    if (this.#replay !== undefined) keyspace.setActiveExpiry(true);
    this.#replay = undefined;
    this.restored = true;
    this.parts.switches.loading = false;
    for (const { dataset } of keyspace.databases) {
      if (dataset.expiries.size > 0) keyspace.armExpiry(dataset.expiries.firstTime);
    }
  }

  refuseWrites(text: string | undefined): void {
    this.parts.switches.writesRefused = text === undefined ? undefined : new ErrorReply(text);
  }

  abortRestore(): void {
    this.#replay?.end();
    this.#replay = undefined;
    for (const dataset of this.#restoring?.datasets.values() ?? []) dataset.retire();
    this.#restoring = undefined;
  }

  #show(layout: DatasetLayout): void {
    const { keyspace } = this.parts;
    const { databases } = keyspace;
    const beyond = layout.datasets.findLastIndex((id) => id !== 0);
    if (beyond >= databases.length) {
      throw new RangeError(
        `the snapshot uses database ${String(beyond)}, but only ${String(databases.length)} are configured`,
      );
    }
    databases.forEach((database, index) => {
      const id = layout.datasets[index] ?? 0;
      const dataset = this.#restoring?.datasets.get(id) ?? keyspace.newDataset(id === 0 ? undefined : id);
      keyspace.show(database, dataset);
    });
    this.parts.libraries.restore(layout.libraries);
  }

  #datasets(): Dataset[] {
    return this.parts.keyspace.databases.map((database) => database.dataset);
  }

  #layout(): DatasetLayout {
    return {
      datasets: this.#datasets().map((dataset) => (dataset.size > 0 ? dataset.id : 0)),
      libraries: this.parts.libraries.sources(),
    };
  }
}

function sameLayout(a: DatasetLayout, b: DatasetLayout): boolean {
  const same = <T>(x: readonly T[], y: readonly T[], none: T) =>
    Array.from({ length: Math.max(x.length, y.length) }).every((_, i) => (x[i] ?? none) === (y[i] ?? none));
  return same(a.datasets, b.datasets, 0) && same(a.libraries, b.libraries, '');
}
