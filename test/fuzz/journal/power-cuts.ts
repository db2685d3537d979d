import { basename } from 'node:path';
import { FRAME_BYTES, frameSize, sealFrame } from '../../../src/modules/snapshot/journal/frame';
import { JOURNAL_FILE } from '../../../src/modules/snapshot/journal/journal-file';
import { JournalWriter } from '../../../src/modules/snapshot/journal/journal-writer';
import { wholeJournal } from '../../../src/modules/snapshot/journal/replay-journals';
import { type Chance, RecordedFiles } from '../../support/recorded-files';

/** What a run found. */
export interface PowerCutReport {
  readonly seed: number;
  readonly states: number;
  /** How many of them had lost frames that nobody had been told of, had a torn end, or more than one file. */
  readonly shorter: number;
  readonly tornEnds: number;
  readonly severalFiles: number;
}

const DATASET = '00000000-0000-4000-8000-000000000000';
const ACTIONS = 60;
const STATES_PER_HISTORY = 200;

/** Numbers that look random and are the same for the same seed (mulberry32). */
function chances(seed: number): Chance {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/**
 * Lets a journal write random frames, with rotations by snapshots, and cuts the power at random moments: what the restore
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
  const report = { seed, states: 0, shorter: 0, tornEnds: 0, severalFiles: 0 };
  for (let history = 0; report.states < states; history++) {
    const chance = chances(seed + history);
    const { files, last } = write(durability, chance);
    for (let i = 0; i < STATES_PER_HISTORY && report.states < states; i++) {
      const at = chance(files.steps.length + 1);
      const left = files.crash(at, chance);
      report.states += 1;
      const found = restore(left.files, left.seen.get('snapshot') ?? 1);
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
  const files = new RecordedFiles();
  const writer = new JournalWriter(
    files,
    { directory: '/d', datasetId: DATASET, syncsAlways: durability === 'always', ahead: 16_384 },
    (response) => {
      const isSafe = response.type === 'synced' || (response.type === 'done' && durability === 'always');
      if (isSafe) {
        const { sequence } = response;
        files.seen((seen) => seen.set('acknowledged', sequence));
      }
    },
  );
  let number = 1;
  let sequence = 0;
  writer.take({ type: 'begin', number });
  for (let i = 0; i < ACTIONS; i++) {
    const action = chance(12);
    if (action < 8) writer.take({ type: 'append', frame: frame(++sequence, number, chance), sequence });
    else if (action < 10) writer.finishGroup();
    else if (action === 10) writer.take({ type: 'sync' });
    else {
      // A snapshot: the next file begins with its cut; once it is committed, the files before it go.
      const held = sequence;
      writer.take({ type: 'begin', number: ++number });
      const first = number;
      for (let more = chance(3); more > 0; more--)
        writer.take({ type: 'append', frame: frame(++sequence, number, chance), sequence });
      if (chance(3) > 0) {
        files.seen((seen) => {
          seen.set('snapshot', first);
          seen.set('snapshot frames', held);
        });
        files.unlink(`/d/journal-${String(first - 1)}`);
        if (chance(2) === 0) files.syncDirectory();
      }
    }
  }
  return { files, last: sequence };
}

function frame(sequence: number, number: number, chance: Chance): Uint8Array<ArrayBuffer> {
  const payload = `${String(sequence)} ${'x'.repeat(chance(4) === 0 ? chance(9000) : chance(40))}`;
  const bytes = Buffer.from(new ArrayBuffer(frameSize(payload.length)));
  bytes.write(payload, FRAME_BYTES, 'latin1');
  sealFrame(bytes, payload.length, number, 1_000 + sequence);
  return new Uint8Array(bytes.buffer);
}

/** What the restore reads: the number in each frame. */
function restore(
  left: ReadonlyMap<string, Buffer>,
  first: number,
): { readonly frames: number[]; readonly torn: boolean; readonly files: number } {
  const files = [...left]
    .map(([path, bytes]) => ({ path, bytes, number: Number(JOURNAL_FILE.exec(basename(path))?.[1]) }))
    .filter(({ number }) => number >= first)
    .sort((a, b) => a.number - b.number);
  let torn = false;
  const frames = files.flatMap(({ path, bytes, number }, i) => {
    const content = wholeJournal(path, number, bytes, {
      number: first + i,
      datasetId: DATASET,
      isLast: i === files.length - 1,
    });
    torn ||= content.ending === 'torn';
    return content.frames.map(({ payload }) => parseInt(payload.latin1Slice(), 10));
  });
  return { frames, torn, files: files.length };
}
