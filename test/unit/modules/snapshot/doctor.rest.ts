import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '../../../../src/container';
import { ownIdentity } from '../../../../src/container/process-identity';
import { type Diagnosis, examine } from '../../../../src/modules/snapshot/doctor/examine';
import { repair } from '../../../../src/modules/snapshot/doctor/repair';
import { isWhole } from '../../../../src/modules/snapshot/doctor/salvage/salvage-report';
import { readMarker, writeMarker } from '../../../../src/modules/snapshot/directory/marker';
import {
  encodeHeader,
  FRAME_BYTES,
  frameSize,
  HEADER_BYTES,
  sealFrame,
} from '../../../../src/modules/snapshot/journal/frame';
import { openEnvironment } from '../../../../src/modules/snapshot/store/environment';
import { STAMP_KEY, storedEntry } from '../../../../src/modules/snapshot/store/record-format';
import { decodeStamp, encodeStamp } from '../../../../src/modules/snapshot/store/stamp';
import { contentsOf, directoryWith, type Kept, type KeptOptions, start } from '../../../support/kept-engine';
import { mayMount, removeSmallDisks, smallDisk } from '../../../support/small-disk';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(async () => {
  removeSmallDisks();
  await removeTemporaryPaths();
});

const KEY = randomBytes(32);
/** A disk of its own is mounted, which takes root. */
const asRoot = mayMount ? it : it.skip;

function look(path: string, encryptionKey?: Uint8Array): Promise<Diagnosis> {
  return examine(path, { encryptionKey, clock: systemClock, databases: 16 });
}

/** Findings, problems with an exclamation mark. */
async function found(path: string, encryptionKey?: Uint8Array): Promise<string[]> {
  const { findings, sound } = await look(path, encryptionKey);
  for (const { what, finding } of findings) expect(`${finding}: ${what}`).toMatch(/: .+[.]/);
  expect(sound).toBe(findings.every(({ weight }) => weight === 'note'));
  return findings.map(({ finding, weight }) => (weight === 'problem' ? `${finding}!` : finding));
}

function save(path: string, target: string, encryptionKey?: Uint8Array) {
  return repair(path, target, { encryptionKey, clock: systemClock, databases: 16 });
}

/** A directory filled by `fill`, after the last snapshot by `later`, and left as a crash leaves it. */
async function directoryOf(
  fill: (kept: Kept) => void,
  options: KeptOptions = {},
  later?: (kept: Kept) => Promise<void>,
): Promise<string> {
  const path = await temporaryPath();
  const kept = await start(path, { onShutdown: false, ...options });
  fill(kept);
  await kept.manager.snapshotNow();
  await later?.(kept);
  await kept.manager.stop();
  kept.engine.close();
  return path;
}

const many = ({ run }: Kept): void => {
  for (let i = 0; i < 3_000; i++) run('SET', `key:${String(i)}`, `value ${String(i)}`);
};

/** Changes, each in a frame of its own, and synced before the next. */
const changes =
  (...lines: readonly (readonly [string, ...string[]])[]) =>
  async ({ run, manager }: Kept): Promise<void> => {
    for (const [name, ...args] of lines) {
      run(name, ...args);
      do await new Promise(setImmediate);
      while ((manager.saveHooks.journal?.()?.pending ?? 0) > 0);
    }
  };

function damage(file: string, at: number, length = 1): void {
  const bytes = readFileSync(file);
  for (let i = at; i < at + length; i++) bytes[i] = (bytes[i] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

/** Pages of a data file of a kind, by LMDB's flag. */
function pagesOf(path: string, flag: number): number[] {
  const bytes = readFileSync(join(path, 'data.mdb'));
  return Array.from({ length: bytes.length / 4096 }, (_, page) => page).filter(
    (page) =>
      page > 1 && bytes.readUInt16LE(page * 4096 + 18) === flag && Number(bytes.readBigUInt64LE(page * 4096)) === page,
  );
}

const LEAF = 2;
const BRANCH = 1;

async function contentsIn(path: string, encryptionKey?: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const kept = await start(path, { encryptionKey, onCorruption: 'fail', onShutdown: false });
  const contents = contentsOf(kept);
  await kept.manager.stop();
  kept.engine.close();
  return contents;
}

describe('a directory that is sound', () => {
  it('says what is in it', async () => {
    const path = await directoryOf(many, { durability: 'always' }, changes(['SET', 'later', '1'], ['INCR', 'later']));
    const { summary, findings, sound } = await look(path);
    expect({ sound, findings }).toEqual({ sound: true, findings: [] });
    expect(summary).toMatchObject({ keys: 3_001, journaled: expect.any(Number) });
    expect(summary?.lastSnapshot).toBeGreaterThan(0);
  });

  it('has a key that fits', async () => {
    const path = await directoryOf(many, { encryptionKey: KEY });
    expect(await found(path, KEY)).toEqual([]);
    expect(await found(path)).toEqual(['key_missing!']);
    expect(await found(path, randomBytes(32))).toEqual(['key_wrong!']);
    expect(await found(await directoryWith('a'), KEY)).toEqual(['key_unused!']);
  });

  it('may have leftovers in it and beside it, which are named', async () => {
    const path = await directoryWith('a');
    chmodSync(path, 0o755);
    mkdirSync(join(path, 'corrupt-20260101T000000Z'));
    mkdirSync(`${path}.kept-20260101T000000Z`);
    mkdirSync(`${path}x.kept-20260101T000000Z`); // of another directory
    for (const name of ['data.mdb.new', 'respite.json.new', 'notes.txt', 'other.unfinished'])
      writeFileSync(join(path, name), 'x');
    writeFileSync(join(dirname(path), 'monday.backup.unfinished'), 'RESPBAK1...');
    writeFileSync(join(dirname(path), 'letter.unfinished'), 'Dear Sir');
    // More than a process id can be.
    writeFileSync(join(path, 'lock.7'), JSON.stringify({ ...ownIdentity(), pid: 2 ** 30, token: 't' }));
    expect((await found(path)).sort()).toEqual([
      'backup_unfinished',
      'file_unknown',
      'lock_stale',
      'marker_unfinished',
      'mode_open',
      'rewrite_abandoned',
      'set_aside',
      'set_aside',
    ]);
  });

  it('was never used, or is missing, foreign or a file', async () => {
    const path = await temporaryPath();
    expect(await found(path)).toEqual(['directory_missing!']);
    mkdirSync(path, { mode: 0o700 });
    expect(await found(path)).toEqual(['directory_unused']);
    writeFileSync(join(path, 'letter.txt'), 'Dear Sir');
    expect(await found(path)).toContain('directory_foreign!');
    expect(await found(join(path, 'letter.txt'))).toEqual(['directory_foreign!']);
  });

  asRoot('is told when its disk has little room', async () => {
    const disk = await smallDisk('1m');
    const path = join(disk, 'data');
    cpSync(await directoryOf(many), path, { recursive: true });
    chmodSync(path, 0o700);
    expect(await found(path)).toEqual([]);
    writeFileSync(join(disk, 'film'), Buffer.alloc(600_000));
    expect(await found(path)).toEqual(['disk_low']);
  });
});

describe('a marker', () => {
  it('that is missing or damaged costs nothing while the data file is whole', async () => {
    const path = await directoryWith('a');
    damage(join(path, 'respite.json'), 60);
    expect(await found(path)).toEqual(['marker_damaged']);
    rmSync(join(path, 'respite.json'));
    expect(await found(path)).toEqual(['marker_missing']);
    rmSync(join(path, 'last-snapshot'));
    expect(await found(path)).toEqual(['marker_missing', 'witness_missing']);
  });

  it('that is gone together with the stamp leaves a directory that nobody knows, of which data can be saved', async () => {
    const path = await directoryOf(many);
    rmSync(join(path, 'respite.json'));
    damage(join(path, 'data.mdb'), 0, 8_192);
    expect(await found(path)).toContain('directory_foreign!');
    const target = await temporaryPath();
    const report = await save(path, target);
    expect(report).toMatchObject({ keys: 3_000, data: { databasesGuessed: true, librariesLost: true } });
    expect([...(await contentsIn(target)).keys()]).toContain('0:key:17');
  });

  it('of a later version, or a link, is left alone', async () => {
    const path = await directoryWith('a');
    const marker = JSON.parse(readFileSync(join(path, 'respite.json'), 'utf8')) as object;
    writeFileSync(join(path, 'respite.json'), JSON.stringify({ ...marker, format: 77 }));
    expect(await found(path)).toEqual(['format_unsupported!']);
    await expect(save(path, await temporaryPath())).rejects.toMatchObject({ code: 'SNAPSHOT_FORMAT_UNSUPPORTED' });
    const linked = await directoryWith('a');
    rmSync(join(linked, 'last-snapshot'));
    symlinkSync('/etc/hostname', join(linked, 'last-snapshot'));
    expect(await found(linked)).toEqual(['file_unsafe!']);
  });
});

describe('a data file', () => {
  it.each([
    ['in clear', undefined],
    ['encrypted', KEY],
  ])('with a damaged page costs what is on it: %s', async (_, encryptionKey) => {
    const path = await directoryOf(many, { encryptionKey });
    const whole = await contentsIn(path, encryptionKey);
    const [, page = 0] = pagesOf(path, LEAF);
    damage(join(path, 'data.mdb'), page * 4096, 24);
    expect(await found(path, encryptionKey)).toEqual(['data_damaged!', 'saveable']);
    const target = await temporaryPath();
    const report = await save(path, target, encryptionKey);
    const { keys, data } = report;
    expect(isWhole(report)).toBe(false);
    expect(data).toMatchObject({ damagedPages: 1, olderKeys: 0, databasesGuessed: false, librariesLost: false });
    expect(keys + (data.missingRecords ?? 0)).toBe(3_000);
    expect(data.missingRecords).toBeGreaterThan(0);
    const saved = await contentsIn(target, encryptionKey);
    expect(saved.size).toBe(keys);
    for (const [name, value] of saved) expect(whole.get(name)).toBe(value);
  });

  it('whose branch page is lost costs nothing: its leaves are found', async () => {
    const path = await directoryOf(many);
    const whole = await contentsIn(path);
    for (const page of pagesOf(path, BRANCH)) damage(join(path, 'data.mdb'), page * 4096, 24);
    expect(await found(path)).toEqual(['data_damaged!', 'saveable']);
    const target = await temporaryPath();
    const report = await save(path, target);
    expect(report).toMatchObject({ keys: 3_000, data: { missingRecords: 0, olderKeys: 0 } });
    expect(await contentsIn(target)).toEqual(whole);
  });

  it.each([
    ['all of it', 64, true],
    ['its header', 20, true],
    ['its header, and nothing else says which snapshot was the last', 20, false],
  ])('whose newer meta page is unusable goes back to the older one: %s', async (_, length, hasWitness) => {
    const path = await temporaryPath();
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    kept.run('SET', 'a', '2');
    await kept.manager.snapshotNow();
    await kept.manager.stop();
    const bytes = readFileSync(join(path, 'data.mdb'));
    const newer = bytes.readBigUInt64LE(24 + 128) > bytes.readBigUInt64LE(4096 + 24 + 128) ? 0 : 1;
    damage(join(path, 'data.mdb'), newer * 4096, length);
    if (!hasWitness) rmSync(join(path, 'last-snapshot'));
    expect(await found(path)).toEqual(['data_damaged!', 'saveable']);
    const target = await temporaryPath();
    expect(await save(path, target)).toMatchObject({ keys: 1, data: { isOlder: true } });
    expect([...(await contentsIn(target)).values()].join()).toContain('"1"');
  });

  it('that lacks segments costs their values, which are named', async () => {
    const path = await directoryOf((kept) => {
      for (const name of ['big', 'other'])
        for (let i = 0; i < 5_000; i++) kept.run('HSET', name, `field:${String(i)}`, String(i));
      kept.run('SET', 'small', '1');
    });
    // A byte of a segment of `big`, whose checksum is then wrong.
    damage(join(path, 'data.mdb'), readFileSync(join(path, 'data.mdb')).lastIndexOf('field:4321'));
    expect(await found(path)).toEqual(['data_damaged!', 'saveable']);
    const target = await temporaryPath();
    const report = await save(path, target);
    expect(report.keys).toBe(2);
    expect(report.data).toMatchObject({ damagedRecords: 1, missingRecords: 1, namelessValues: 0 });
    expect(['big', 'other']).toContain(report.data.incompleteValues[0]);
    expect(await contentsIn(target)).toHaveProperty('size', 2);
  });

  it('that is gone, emptied, older or of another directory is not what was left', async () => {
    const path = await directoryOf(many);
    const older = `${path}-older`;
    cpSync(path, older, { recursive: true });
    const kept = await start(path);
    kept.run('SET', 'key:1', 'new');
    await kept.manager.stop();
    cpSync(join(older, 'data.mdb'), join(path, 'data.mdb'));
    expect(await found(path)).toEqual(['data_not_expected!', 'saveable']);
    const target = await temporaryPath();
    expect(await save(path, target)).toMatchObject({ keys: 3_000, data: { isOlder: true, missingRecords: 0 } });
    cpSync(join(await directoryWith('a'), 'data.mdb'), join(path, 'data.mdb'));
    expect(await found(path)).toEqual(['data_not_expected!', 'saveable']);
    truncateSync(join(path, 'data.mdb'));
    expect(await found(path)).toEqual(['data_damaged!', 'saveable']);
    rmSync(join(path, 'data.mdb'));
    expect(await found(path)).toEqual(['data_damaged!', 'saveable']);
    const nowhere = await temporaryPath();
    await expect(save(path, nowhere)).rejects.toMatchObject({ code: 'REPAIR_NOTHING_SAVED' });
    expect(readdirSync(dirname(nowhere))).not.toContain(basename(nowhere));
  });
});

/** A key that is lost together with a page. */
async function keyLostBy(path: string, at: number, length: number): Promise<string> {
  const copy = `${path}-copy`;
  cpSync(path, copy, { recursive: true });
  const whole = await contentsIn(copy);
  damage(join(copy, 'data.mdb'), at, length);
  const target = await temporaryPath();
  await save(copy, target);
  const saved = await contentsIn(target);
  const [lost = ''] = [...whole.keys()].filter((name) => !saved.has(name));
  return lost.slice('0:'.length);
}

describe('journals', () => {
  const journaled = { durability: 'always' } as const;
  const both = (): Promise<string> =>
    directoryOf(
      many,
      journaled,
      changes(['SET', 'new', '1'], ['INCR', 'new'], ['APPEND', 'key:5', ' and more'], ['INCR', 'new']),
    );

  const journal = (path: string): string =>
    join(path, readdirSync(path).find((name) => name.startsWith('journal-')) ?? '');

  it('may end in a frame that was being written', async () => {
    const path = await both();
    truncateSync(journal(path), readFileSync(journal(path)).length - 4);
    expect(await found(path)).toEqual(['journal_torn']);
    const target = await temporaryPath();
    expect(isWhole(await save(path, target))).toBe(true);
    expect((await contentsIn(target)).get('0:new')).toContain('"2"');
  });

  it.each([
    ['in clear', undefined],
    ['encrypted', KEY],
  ])('can be followed to where they are damaged: %s', async (_, encryptionKey) => {
    const path = await directoryOf(
      many,
      { ...journaled, encryptionKey },
      changes(['SET', 'new', '1'], ['INCR', 'new'], ['INCR', 'new']),
    );
    const bytes = readFileSync(journal(path));
    damage(journal(path), bytes.indexOf('RJF1', HEADER_BYTES + 4) + 30);
    const { findings } = await look(path, encryptionKey);
    expect(findings.map(({ finding }) => finding)).toEqual(['journal_damaged', 'saveable']);
    expect(findings[0]?.what).toMatch(
      /followed up to \d{4}-.*Z, and what 1 later frame up to \d{4}-.*Z say is lost\.$/,
    );
    const target = await temporaryPath();
    const report = await save(path, target, encryptionKey);
    expect(report).toMatchObject({ keys: 3_001, journals: { commands: 2, skipped: 0, stop: { lostFrames: 1 } } });
    expect((await contentsIn(target, encryptionKey)).get('0:new')).toContain('"1"');
  });

  it('that are missing, swapped or of another directory are said to be', async () => {
    const path = await both();
    const again = await start(path, { ...journaled, onShutdown: false });
    again.run('SET', 'newer', '1');
    await again.manager.stop();
    const [first = '', second = ''] = readdirSync(path)
      .filter((name) => name.startsWith('journal-'))
      .sort();
    cpSync(join(path, first), join(path, 'held'));
    rmSync(join(path, first));
    expect((await look(path)).findings[0]).toMatchObject({ finding: 'file_unknown' });
    expect((await look(path)).findings[1]?.what).toContain(`${first} is missing`);
    cpSync(join(path, second), join(path, first));
    cpSync(join(path, 'held'), join(path, second));
    rmSync(join(path, 'held'));
    expect((await look(path)).findings[0]?.what).toContain('says that it is number');
    const other = await both();
    cpSync(journal(other), join(path, first));
    expect((await look(path)).findings[0]?.what).toContain('belongs to another data directory');
  });

  it.each([
    ['with a page', 0, 24],
    ['because a page says no more where they are', 24 + 2 * 7, 2],
  ])('bring nothing to keys that may have been lost, unless they say all of it: %s', async (_, inPage, length) => {
    const path = await directoryOf(many, journaled, changes());
    const [leaf = 0] = pagesOf(path, LEAF).slice(5);
    const at = leaf * 4096 + inPage;
    const lost = await keyLostBy(path, at, length);
    const kept = await start(path, { ...journaled, onShutdown: false });
    await changes(
      ['APPEND', lost, ' more'],
      ['SET', 'zzz', '1'],
      ['APPEND', 'zzz', '2'],
      ['APPEND', `${lost}!`, 'x'],
      ['SET', `${lost}!!`, 'whole'],
    )(kept);
    await kept.manager.stop();
    kept.engine.close();
    damage(join(path, 'data.mdb'), at, length);
    const target = await temporaryPath();
    const { journals } = await save(path, target);
    expect(journals).toMatchObject({ skipped: 2, doubtfulKeys: [lost, `${lost}!`] });
    const saved = await contentsIn(target);
    expect(saved.has(`0:${lost}`)).toBe(false);
    expect(saved.get('0:zzz')).toContain('"12"');
    expect(saved.get(`0:${lost}!!`)).toContain('"whole"');
  });
});

describe('what is whole and cannot be used', () => {
  it('values that lack segments although the file is as it was written', async () => {
    const path = await directoryOf((kept) => {
      for (let i = 0; i < 5_000; i++) kept.run('HSET', 'big', `field:${String(i)}`, String(i));
      kept.run('SET', 'small', '1');
    });
    const database = openEnvironment(join(path, 'data.mdb'), { readOnly: false });
    const stamp = decodeStamp(storedEntry(STAMP_KEY, database.getBinary(STAMP_KEY) ?? Buffer.alloc(0)));
    const [segment] = [...database.getKeys({ start: Buffer.from([2]), end: Buffer.from([3]), limit: 1 })];
    const { bytes, valueAt } = encodeStamp({ ...stamp, count: stamp.count - 1 });
    database.transactionSync(() => {
      database.removeSync(segment ?? Buffer.alloc(0));
      database.putSync(STAMP_KEY, bytes.subarray(valueAt));
    });
    await database.close();
    expect(await found(path)).toEqual(['values_incomplete!', 'saveable']);
    const report = await save(path, await temporaryPath());
    expect(report).toMatchObject({ keys: 1, data: { missingRecords: 0, incompleteValues: ['big'] } });
    expect(isWhole(report)).toBe(false);
  });

  it('more databases than there are to be', async () => {
    const path = await directoryOf((kept) => {
      kept.run('SELECT', '9');
      kept.run('SET', 'a', '1');
    });
    const few = { encryptionKey: undefined, clock: systemClock, databases: 4 };
    const { findings } = await examine(path, few);
    expect(findings.map(({ finding }) => finding)).toEqual(['data_not_loadable', 'saveable']);
    await expect(repair(path, await temporaryPath(), few)).resolves.toMatchObject({ keys: 1 });
  });

  it('a journal of a version that knows other commands', async () => {
    const path = await directoryOf(many);
    const { datasetId } = JSON.parse(readFileSync(join(path, 'respite.json'), 'utf8')) as { datasetId: string };
    const frames = ['*3\r\n$3\r\nSET\r\n$3\r\nnew\r\n$1\r\n1\r\n', '*1\r\n$6\r\nNOSUCH\r\n'].map((payload) => {
      const frame = Buffer.alloc(frameSize(payload.length));
      frame.write(payload, FRAME_BYTES);
      sealFrame(frame, payload.length, 1, Date.now());
      return frame;
    });
    writeFileSync(join(path, 'journal-1'), Buffer.concat([encodeHeader({ number: 1, datasetId }), ...frames]));
    expect(await found(path)).toEqual(['journal_not_runnable!', 'saveable']);
    const report = await save(path, await temporaryPath());
    expect(report).toMatchObject({
      keys: 3_001,
      journals: { commands: 1, stop: { reason: expect.stringContaining('NOSUCH') } },
    });
  });

  it('journals older than the snapshot, and a rewrite whose last step is to come, cost nothing', async () => {
    const path = await directoryOf(many, { durability: 'always' });
    const kept = await start(path, { durability: 'always', onShutdown: false });
    const [first = ''] = readdirSync(path).filter((name) => name.startsWith('journal-'));
    cpSync(join(path, first), `${path}-held`);
    kept.run('SET', 'new', '1');
    await kept.manager.snapshotNow();
    await kept.manager.stop();
    cpSync(`${path}-held`, join(path, first));
    expect(await found(path)).toEqual(['journal_superfluous']);
    const rewriting = await start(path);
    await rewriting.manager.rewriteWith(undefined);
    await rewriting.manager.stop();
    const marker = await readMarker(join(path, 'respite.json'));
    if (typeof marker === 'string') throw new Error(marker);
    await writeMarker(join(path, 'respite.json'), { ...marker, replacedBy: 'data.mdb.new' });
    cpSync(join(path, 'data.mdb'), join(path, 'data.mdb.new'));
    damage(join(path, 'data.mdb'), 0, 8_192);
    expect(await found(path)).toEqual(['rewrite_unfinished']);
    expect(isWhole(await save(path, await temporaryPath()))).toBe(true);
    expect(await contentsIn(path)).toHaveProperty('size', 3_001);
  });

  asRoot('a directory that cannot be written', async () => {
    const disk = await smallDisk('4m');
    const path = join(disk, 'data');
    cpSync(await directoryOf(many), path, { recursive: true });
    chmodSync(path, 0o700);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await found(path)).toEqual(['not_writable!']);
    const target = await temporaryPath();
    expect(isWhole(await save(path, target))).toBe(true);
    expect(await contentsIn(target)).toHaveProperty('size', 3_000);
  });
});

describe('copies of the data file', () => {
  it.each([
    ['with the journals since bring back everything', 'always', true],
    ['alone bring back what there was then', 'snapshot', false],
  ] as const)('%s', async (_, durability, hasAll) => {
    const path = await temporaryPath();
    const options = { durability, generations: 3, onShutdown: false };
    const kept = await start(path, options);
    many(kept);
    await kept.manager.snapshotNow();
    kept.run('SET', 'second', '1');
    await kept.manager.snapshotNow();
    await changes(['SET', 'third', '1'])(kept);
    await kept.manager.stop();
    kept.engine.close();
    expect(await found(path)).toEqual([]);
    // The newest copy, which is that of the last snapshot, and the file itself.
    const copies = readdirSync(path)
      .filter((name) => name.startsWith('generation-'))
      .sort();
    for (const name of ['data.mdb', copies.at(-1) ?? '']) truncateSync(join(path, name), 5_000);
    expect(await found(path)).toEqual(['data_damaged!', 'generation_usable', 'saveable']);
    const target = await temporaryPath();
    const report = await save(path, target);
    expect(isWhole(report)).toBe(hasAll);
    expect(report).toMatchObject({ generation: copies.at(-2), keys: hasAll ? 3_002 : 3_000 });
    const saved = await contentsIn(target);
    const again = await start(path, { ...options, onCorruption: hasAll ? 'fail' : 'quarantine' });
    expect(contentsOf(again)).toEqual(saved);
    await again.manager.stop();
  });
});

describe('saving', () => {
  it('never writes into the old directory, nor over other data', async () => {
    const path = await directoryWith('a');
    for (const target of [path, join(path, 'saved'), join(path, 'a', 'b')])
      await expect(save(path, target)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const link = `${path}-link`;
    symlinkSync(path, link);
    await expect(save(path, join(link, 'saved'))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(save(path, await directoryWith('b'))).rejects.toMatchObject({ code: 'REPAIR_TARGET_USED' });
    const target = await temporaryPath();
    mkdirSync(target);
    writeFileSync(join(target, 'letter.txt'), 'Dear Sir');
    await expect(save(path, target)).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_FOREIGN' });
    expect(readdirSync(path)).not.toContain('saved');
  });

  it('keeps everything of a directory that is whole: types, times, functions, databases, encryption', async () => {
    const path = await directoryOf(
      (kept) => {
        many(kept);
        kept.run('SET', 'volatile', '1', 'PX', '100000000');
        kept.run('XADD', 'stream', '1-1', 'a', 'b');
        for (let i = 0; i < 2_000; i++) kept.run('ZADD', 'big', String(i), `member:${String(i)}`);
        kept.run('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 'kept' end)");
        kept.run('SELECT', '3');
        kept.run('RPUSH', 'list', 'a', 'b');
        kept.run('SELECT', '0');
      },
      { encryptionKey: KEY, durability: 'always' },
      changes(['LPUSH', 'journaled', 'x'], ['SWAPDB', '3', '4']),
    );
    const target = await temporaryPath();
    const report = await save(path, target, KEY);
    expect(isWhole(report)).toBe(true);
    expect(await contentsIn(target, KEY)).toEqual(await contentsIn(path, KEY));
    const kept = await start(target, { encryptionKey: KEY });
    expect(kept.run('FCALL', 'f', '0')).toBe('kept');
    await kept.manager.stop();
  });

  it('refuses a directory in use', async () => {
    const path = await temporaryPath();
    const kept = await start(path);
    await expect(save(path, await temporaryPath())).rejects.toMatchObject({ code: 'SNAPSHOT_OWNER_UNREACHABLE' });
    await kept.manager.stop();
  });
});
