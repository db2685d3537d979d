import { basename } from 'node:path';
import { adoptJournal, JOURNAL_FILE, JournalFile } from '../../../src/modules/snapshot/journal/journal-file';
import { JournalWriter } from '../../../src/modules/snapshot/journal/journal-writer';
import { countingJournals, wholeJournal } from '../../../src/modules/snapshot/journal/replay-journals';
import { type Chance, chances } from '../../support/power-cut';
import { frameOf, RecordedFiles } from '../../support/recorded-files';

/** What a run found. */
export interface PowerCutReport {
  readonly seed: number;
  readonly states: number;
  /** How many of them had lost frames that nobody had been told of, had a torn end, or more than one file. */
  readonly shorter: number;
  readonly tornEnds: number;
  readonly severalFiles: number;
  /** How many of them came after a file that failed. */
  readonly afterFailures: number;
}

const DATASET = '00000000-0000-4000-8000-000000000000';
const ACTIONS = 60;
const STATES_PER_HISTORY = 200;

/**
 * Lets a journal write random frames, with rotations by snapshots and files that fail, and cuts the power at random moments: what the restore
 * makes of what is left has to be a state that there was, with everything that was acknowledged.
 * @throws Error naming the state that was lost
 */
export function cutPower({
  states,
  seed,
  durability,
}: {
  readonly states: number;
  readonly seed: number;
  readonly durability: 'everysec' | 'always';
}): PowerCutReport {
  const report = { seed, states: 0, shorter: 0, tornEnds: 0, severalFiles: 0, afterFailures: 0 };
  for (let history = 0; report.states < states; history++) {
    const chance = chances(seed + history);
    const { files, last } = write(durability, chance);
    for (let i = 0; i < STATES_PER_HISTORY && report.states < states; i++) {
      const at = chance(files.steps.length + 1);
      const left = files.crash(at, chance);
      report.states += 1;
      const found = restore(left.files, left.seen.get('snapshot'));
      if (left.seen.has('snapshot') && found.files === 0) fail('the first file that the snapshot names is missing');
      const from = left.seen.get('snapshot frames') ?? 0;
      const frames = found.frames.map((each, n) =>
        each === from + n + 1 ? each : fail(`a frame is missing or out of place: ${String(each)} at ${String(n)}`),
      );
      const end = from + frames.length;
      const acknowledged = left.seen.get('acknowledged') ?? 0;
      if (end < acknowledged) fail(`frame ${String(acknowledged)} was acknowledged, ${String(end)} is the last`);
      if (end < last) report.shorter += 1;
      if (found.torn) report.tornEnds += 1;
      if (found.files > 1) report.severalFiles += 1;
      if (left.seen.has('failure')) report.afterFailures += 1;

      function fail(reason: string): never {
        throw new Error(`seed ${String(seed)}, history ${String(history)}, step ${String(at)}: ${reason}`);
      }
    }
  }
  return report;
}

/** A history: frames, groups, syncs, rotations; what others learn of it is noted among the steps. */
function write(
  durability: 'everysec' | 'always',
  chance: Chance,
): { readonly files: RecordedFiles; readonly last: number } {
  const history = new History(durability, chance);
  for (let i = 0; i < ACTIONS; i++) {
    const action = chance(24);
    if (action < 15) history.append();
    else if (action < 16) history.lendOrTakeBack();
    else if (action < 20) history.finishGroup();
    else if (action < 22) history.sync();
    else if (action < 23) history.snapshot();
    else history.fail();
  }
  return { files: history.files, last: history.sequence };
}

/** What a journal and its keeper do. */
class History {
  readonly files = new RecordedFiles();
  sequence = 0;
  #writer: JournalWriter;
  /** The file while it is written past the writer. */
  #near: JournalFile | undefined;
  #number = 1;
  #oldest = 1;
  /** A file failed and no snapshot was committed since: clients are told nothing of what happens. */
  #isGap = false;
  #isSafe = 0;

  constructor(
    private readonly durability: 'everysec' | 'always',
    private readonly chance: Chance,
  ) {
    this.#writer = this.#open();
    this.#writer.take({ type: 'begin', number: 1, isProvisional: false });
  }

  append(): void {
    const { chance } = this;
    const payload = `${String(++this.sequence)} ${'x'.repeat(chance(4) === 0 ? chance(9000) : chance(40))}`;
    const frame = frameOf(payload, this.#number, 1_000 + this.sequence);
    if (this.#near?.hasPlaceFor(frame.length) === true) {
      this.#near.append(Buffer.from(frame.buffer));
      this.#near.sync();
      this.#acknowledge(this.sequence);
      return;
    }
    this.#takeBack(this.sequence - 1);
    this.#writer.take({ type: 'append', frame, sequence: this.sequence });
  }

  finishGroup(): void {
    this.#writer.finishGroup();
  }

  sync(): void {
    this.#takeBack();
    this.#writer.take({ type: 'sync' });
  }

  /** As the main thread does under `always`. */
  lendOrTakeBack(): void {
    if (this.#near !== undefined) this.#takeBack();
    else if (this.durability === 'always') this.#writer.take({ type: 'lend' });
  }

  #takeBack(sequence = this.sequence): void {
    if (this.#near === undefined) return;
    this.#writer.take({ type: 'takeBack', file: this.#near.handOver(), sequence });
    this.#near = undefined;
  }

  /** The next file begins with its cut; once it is committed, the files before it go. */
  snapshot(): void {
    const held = this.sequence;
    const isProvisional = this.#isGap;
    this.#takeBack();
    const number = ++this.#number;
    this.#writer.take({ type: 'begin', number, isProvisional });
    for (let more = this.chance(3); more > 0; more--) this.append();
    if (this.chance(3) === 0) return; // it was not committed
    this.#isGap = false;
    const safe = Math.max(held, this.#isSafe);
    this.files.seen((seen) => {
      seen.set('snapshot', number);
      seen.set('snapshot frames', held);
      if (isProvisional) seen.set('acknowledged', safe);
    });
    if (isProvisional) adoptJournal(this.files, '/d', number);
    for (; this.#oldest < number; this.#oldest++)
      for (const path of [`/d/journal-${String(this.#oldest)}`, `/d/journal-${String(this.#oldest)}.new`])
        if (this.files.has(path)) this.files.unlink(path);
    if (this.chance(2) === 0) this.files.syncDirectory();
  }

  /** The file is given up as it is, and so is its thread. */
  fail(): void {
    this.#isGap = true;
    this.#near = undefined;
    this.files.seen((seen) => seen.set('failure', 1));
    this.#writer = this.#open();
    const number = ++this.#number;
    this.#writer.take({ type: 'begin', number, isProvisional: true });
  }

  #open(): JournalWriter {
    const { files, durability } = this;
    const ahead = 16_384;
    const settings = { directory: '/d', datasetId: DATASET, syncsAlways: durability === 'always', ahead };
    return new JournalWriter(files, settings, (response) => {
      if (response.type === 'lent')
        this.#near = JournalFile.resume(files, { number: this.#number, datasetId: DATASET }, response.file, ahead);
      if (response.type === 'synced' || (response.type === 'done' && this.durability === 'always'))
        this.#acknowledge(response.sequence);
    });
  }

  #acknowledge(sequence: number): void {
    this.#isSafe = sequence;
    if (!this.#isGap) this.files.seen((seen) => seen.set('acknowledged', sequence));
  }
}

/** What the restore reads: the number in each frame. */
function restore(
  left: ReadonlyMap<string, Buffer>,
  named: number | undefined,
): { readonly frames: number[]; readonly torn: boolean; readonly files: number } {
  const first = named ?? 1;
  const found = [...left].map(([path, bytes]) => {
    const [, number, suffix] = JOURNAL_FILE.exec(basename(path)) ?? [];
    return { path, bytes, number: Number(number), isProvisional: suffix !== undefined };
  });
  const files = countingJournals(
    found.sort((a, b) => a.number - b.number),
    { first, isNamed: named !== undefined },
  );
  let torn = false;
  const frames = files.flatMap(({ path, bytes, number }, i) => {
    const content = wholeJournal(path, number, bytes, {
      number: first + i,
      datasetId: DATASET,
      isLast: i === files.length - 1,
      isMade: number === named,
    });
    torn ||= content.ending === 'torn';
    return content.frames.map(({ payload }) => parseInt(payload.latin1Slice(), 10));
  });
  return { frames, torn, files: files.length };
}
