import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Operation } from '../support/big-value-operations';
import { contentsOf, entryOf, type Kept, start } from '../support/kept-engine';
import { FROZEN, journaledOperationsOf, type Keeping, operationsOf } from './workload';

/** A directory that is whole, and all that its keys ever held. */
export interface Pristine {
  readonly path: string;
  readonly keeping: Keeping;
  /** What it holds. */
  readonly contents: ReadonlyMap<string, string>;
  readonly history: History;
  /** Its data file as it was before. */
  readonly olderDataFile: string;
  readonly databases: number;
}

const SNAPSHOTS = 24;
const OLDER_AT = 15;
/** Steps that only journals hold, in each of so many files. */
const JOURNALED = [2, 2];

/** Every value that each key had at some time. */
export class History {
  readonly #values = new Map<string, Set<string>>();
  /** By key alone, for what may be in another database. */
  readonly #anywhere = new Map<string, Set<string>>();

  add(database: string, key: string, value: string): void {
    const digest = digestOf(value);
    note(this.#values, `${database}:${key}`, digest);
    note(this.#anywhere, key, digest);
  }

  addAll(contents: ReadonlyMap<string, string>): void {
    for (const [name, value] of contents) this.add(...split(name), value);
  }

  /** Whether a key had this value. @param anywhere in whichever database */
  has(name: string, value: string, anywhere: boolean): boolean {
    const values = anywhere ? this.#anywhere.get(split(name)[1]) : this.#values.get(name);
    return values?.has(digestOf(value)) === true;
  }
}

function split(name: string): [string, string] {
  const at = name.indexOf(':');
  return [name.slice(0, at), name.slice(at + 1)];
}

function note(values: Map<string, Set<string>>, name: string, digest: string): void {
  const known = values.get(name);
  if (known === undefined) values.set(name, new Set([digest]));
  else known.add(digest);
}

function digestOf(value: string): string {
  return createHash('sha1').update(value).digest('base64');
}

/** Makes a directory with a history: pages that were freed and used again, journals if `keeping` says so. */
export async function makePristine(path: string, seed: number, keeping: Keeping): Promise<Pristine> {
  const history = new History();
  const options = { ...keeping, clock: FROZEN, onShutdown: false };
  let kept = await start(path, options);
  for (let step = 1; step <= SNAPSHOTS; step++) {
    for (const operation of operationsOf(seed, step)) run(kept, operation, history);
    await kept.manager.snapshotNow();
    if (step === OLDER_AT) await cp(`${path}/data.mdb`, `${path}-older.mdb`);
  }
  let step = SNAPSHOTS;
  for (const steps of keeping.durability === 'always' ? JOURNALED : []) {
    for (const last = step + steps; step < last;) {
      step++;
      const operations = journaledOperationsOf(seed, step);
      for (const [i, operation] of operations.entries()) {
        run(kept, operation, history);
        if (i % 10 === 9) await nextTurn();
      }
      await nextTurn();
    }
    await kept.manager.stop();
    kept.engine.close();
    kept = await start(path, options);
  }
  const contents = contentsOf(kept);
  history.addAll(contents);
  await kept.manager.stop();
  kept.engine.close();
  return { path, keeping, contents, history, olderDataFile: `${path}-older.mdb`, databases: 16 };
}

/** Runs a command and notes what its keys hold then. */
function run(kept: Kept, [name, ...args]: Operation, history: History): void {
  kept.run(name, ...args);
  if (name === 'SELECT') {
    selected.set(kept, args[0] ?? '0');
    return;
  }
  const database = selected.get(kept) ?? '0';
  if (name === 'FLUSHDB' || name === 'SWAPDB') {
    history.addAll(contentsOf(kept));
    selected.delete(kept); // it ends in database 0
    return;
  }
  for (const key of args.filter((word) => /^(key|long|hash|big|step)\b/.test(word))) {
    history.add(database, key, entryOf(kept.run, key));
    if (name !== 'MOVE') continue;
    kept.run('SELECT', '1');
    history.add('1', key, entryOf(kept.run, key));
    kept.run('SELECT', database);
  }
}

const selected = new WeakMap<Kept, string>();
