import type { ReplayedCommand } from '../../../../engine/snapshot/source';
import { datasetPrefixes, type RecordNames } from '../../store/record-format';
import type { KeyOfDataset } from './load-salvaged';
import type { LostRanges } from './lost-ranges';

/** What is known of the keys of one database. */
class DatabaseDoubts {
  /** What they hold is not what the journal's commands expect. */
  readonly doubted = new Set<string>();
  /** Keys that were written as a whole, or deleted, since. */
  readonly settled = new Set<string>();

  /** @param mayBeLost whether a key that is not there may have been */
  constructor(
    readonly mayBeLost: (key: string) => boolean,
    /** Whether keys may have changed that are there. */
    readonly isOlder: boolean,
  ) {}
}

const NOT_LOST = (): boolean => false;
const MAY_BE_LOST = (): boolean => true;

/** Commands after which a key holds what it should, whatever it held before. */
const WHOLE_WRITES: ReadonlySet<string> = new Set(['del', 'unlink', 'mset']);

/**
 * Decides which commands of a journal may be run on data of which something is missing: one that meets a key which may have
 * been lost would make a value that never was. It is left out, and so is what follows for the keys it writes, until
 * something gives them a value as a whole.
 */
export class Doubts {
  /** Commands left out. */
  skipped = 0;
  readonly #databases: DatabaseDoubts[];

  /**
   * @param datasets the dataset that each database shows
   * @param lost where the snapshot may have more keys than were found; `undefined` = the journals go on from another one
   */
  constructor(datasets: readonly number[], databases: number, lost: LostRanges | undefined, names: RecordNames) {
    this.#databases = Array.from({ length: databases }, (_, index) => {
      const dataset = datasets[index] ?? 0;
      const { records } = datasetPrefixes(dataset);
      if (lost === undefined) return new DatabaseDoubts(MAY_BE_LOST, true);
      return new DatabaseDoubts((key) => dataset !== 0 && lost.mayHold(names.of(records, key)), false);
    });
  }

  /** Keys of which later changes were left out. */
  get names(): string[] {
    return this.#databases.flatMap(({ doubted }) => [...doubted]);
  }

  /** Nothing is known of these keys, whatever they hold now. */
  doubtAll(keys: readonly KeyOfDataset[], datasets: readonly number[]): void {
    for (const { dataset, key } of keys) this.#databases[datasets.indexOf(dataset)]?.doubted.add(key);
  }

  /** For `SnapshotSource.replay`. */
  admits(command: ReplayedCommand): boolean {
    const { name, args, keys } = command;
    const { doubted, settled } = this.#of(command.database);
    if (name === 'flushdb') this.#forget(command.database);
    else if (name === 'flushall')
      this.#databases.forEach((_, index) => {
        this.#forget(index);
      });
    else if (name === 'swapdb' && !this.#swap(Number(args[0]), Number(args[1]))) {
      this.skipped += 1;
      return false;
    }
    const isWhole = writesAll(name, args);
    if (!isWhole && this.#isDoubtful(command)) {
      this.skipped += 1;
      for (const key of keys) doubted.add(key);
      if (name === 'move' || name === 'copy') this.#doubtTarget(command);
      return false;
    }
    for (const key of keys) {
      settled.add(key);
      if (isWhole) doubted.delete(key);
    }
    return true;
  }

  #isDoubtful(command: ReplayedCommand): boolean {
    const { name, args, database, keys } = command;
    const { doubted, settled, mayBeLost, isOlder } = this.#of(database);
    const isUnknown = (key: string): boolean => !settled.has(key) && (command.has(key) ? isOlder : mayBeLost(key));
    if (keys.some((key) => doubted.has(key) || isUnknown(key))) return true;
    // They reach for keys that are not named, or elsewhere.
    const reachesFurther = name === 'sort' || name === 'move' || (name === 'copy' && args.length > 2);
    return reachesFurther;
  }

  #doubtTarget({ name, args: [key = '', second = '', ...options], database }: ReplayedCommand): void {
    const at = options.findIndex((option) => option.toLowerCase() === 'db');
    const target = name === 'move' ? Number(second) : at === -1 ? database : Number(options[at + 1]);
    this.#databases[target]?.doubted.add(name === 'move' ? key : second);
  }

  #forget(database: number): void {
    this.#databases[database] = new DatabaseDoubts(NOT_LOST, false);
  }

  /** @returns false when what they held by then is not known: older keys would come into a database they never were in */
  #swap(a: number, b: number): boolean {
    const [first, second] = [this.#of(a), this.#of(b)];
    const isKnown = !first.isOlder && !second.isOlder;
    this.#databases[a] = isKnown ? second : unknown(first);
    this.#databases[b] = isKnown ? first : unknown(second);
    return isKnown;
  }

  #of(database: number): DatabaseDoubts {
    return (this.#databases[database] ??= new DatabaseDoubts(NOT_LOST, false));
  }
}

/** A database of which nothing is known any more. */
function unknown({ doubted }: DatabaseDoubts): DatabaseDoubts {
  const doubts = new DatabaseDoubts(MAY_BE_LOST, true);
  for (const key of doubted) doubts.doubted.add(key);
  return doubts;
}

/** Whether a command gives its keys a value that does not depend on what they held. */
function writesAll(name: string, args: readonly string[]): boolean {
  if (WHOLE_WRITES.has(name)) return true;
  const options = args.slice(2).map((option) => option.toLowerCase());
  if (name === 'set') return options.length === 0 || (options.length === 2 && options[0] === 'pxat');
  return name === 'restore' && options.includes('replace');
}
