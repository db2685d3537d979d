import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorReply } from '../../../../../src/engine';
import type { SnapshotSource } from '../../../../../src/engine/snapshot/source';
import { contentsOf, type Kept } from '../../../../support/kept-engine';
import { crashed, JournaledEngines, journalsIn } from '../../../../support/journaled-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../../support/temporary-path';
import { until } from '../../../../support/until';

const engines = new JournaledEngines();
afterEach(() => engines.end());
afterAll(removeTemporaryPaths);

const DURABILITIES = ['snapshot', 'everysec', 'always'] as const;

function config(kept: Kept, ...words: string[]): unknown {
  const reply = kept.run('CONFIG', ...words);
  return typeof reply === 'object' && reply !== null && 'entries' in reply ? reply.entries : reply;
}

function info(kept: Kept): string {
  return JSON.stringify(kept.run('INFO', 'persistence'));
}

async function switched(kept: Kept, on: boolean): Promise<void> {
  expect(config(kept, 'SET', 'appendonly', on ? 'yes' : 'no')).toMatchObject({ text: 'OK' });
  await until('the snapshot is written', () => Promise.resolve(!kept.manager.status().running));
}

/** A snapshot that fails does not wait for its file. */
function journalsAre(path: string, ...names: string[]): Promise<void> {
  return until(names.join(' '), async () => (await journalsIn(path)).join(' ') === names.join(' '));
}

/** Snapshots fail while `failing.now`. */
function failingSnapshots(): { readonly failing: { now: boolean }; through(source: SnapshotSource): SnapshotSource } {
  const failing = { now: false };
  const through = (source: SnapshotSource): SnapshotSource =>
    new Proxy(source, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'begin') return (...args: unknown[]): unknown => value.apply(target, args) as unknown;
        return (...args: unknown[]): unknown => {
          const cut = value.apply(target, args) as ReturnType<SnapshotSource['begin']>;
          if (!failing.now) return cut;
          return Object.assign(Object.create(cut) as typeof cut, {
            next: () => {
              throw new Error('no snapshot today');
            },
            abort: () => {
              cut.abort();
            },
          });
        };
      },
    });
  return { failing, through };
}

it.each(DURABILITIES)(
  'CONFIG SET appendonly yes keeps what comes after it, whatever the next start has: %s',
  async (next) => {
    const path = await temporaryPath();
    const kept = await engines.open(path, { durability: 'snapshot' });
    kept.run('SET', 'before', '1');
    expect(config(kept, 'SET', 'appendfsync', 'ALWAYS', 'appendonly', 'YES')).toMatchObject({ text: 'OK' });
    expect(config(kept, 'GET', 'append*y*', 'appendfsync')).toEqual(['appendonly', 'yes', 'appendfsync', 'always']);
    expect(info(kept)).toContain('aof_enabled:1\\r\\naof_rewrite_in_progress:1\\r\\n');
    await until('the snapshot is written', () => Promise.resolve(!kept.manager.status().running));
    expect(await journalsIn(path)).toEqual(['journal-1']);
    kept.run('SET', 'after', '1');
    expect(kept.engine.gate.closed).toBe(true); // nothing leaves before it is synced
    const again = await engines.open(await crashed(path, kept), { durability: next });
    expect(contentsOf(again)).toEqual(contentsOf(kept));
    expect(contentsOf(again).has('0:after')).toBe(true);
    expect(config(again, 'GET', 'appendonly')).toEqual(['appendonly', next === 'snapshot' ? 'no' : 'yes']);
  },
);

it.each(DURABILITIES)('CONFIG SET appendonly no loses nothing that was there: %s', async (next) => {
  const path = await temporaryPath();
  const { failing, through } = failingSnapshots();
  const kept = await engines.open(path, { through });
  kept.run('SET', 'journaled', '1');
  failing.now = true;
  await switched(kept, false);
  expect(config(kept, 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
  expect(info(kept)).toContain('aof_enabled:0\\r\\n');
  // Without a snapshot, the files are kept.
  const early = await engines.open(await crashed(path, kept), { durability: next });
  expect([early.run('GET', 'journaled'), early.run('GET', 'the last')]).toEqual(['1', null]);
  failing.now = false;
  await kept.manager.snapshotNow();
  expect(await journalsIn(path)).toEqual([]);
  const late = await engines.open(await crashed(path, kept), { durability: next });
  expect(contentsOf(late)).toEqual(contentsOf(kept));
});

it('what is written before the first snapshot of a journal does not count without it', async () => {
  const path = await temporaryPath();
  const { failing, through } = failingSnapshots();
  const kept = await engines.open(path, { durability: 'snapshot', through });
  kept.run('SET', 'a', '1');
  await kept.manager.snapshotNow();
  kept.run('SET', 'b', 'in no journal');
  failing.now = true;
  await switched(kept, true);
  kept.run('APPEND', 'b', ' and');
  await kept.manager.snapshotNow().catch(() => undefined);
  await journalsAre(path, 'journal-1.new', 'journal-2.new');
  kept.run('APPEND', 'b', ' more');
  const copy = await crashed(path, kept);
  const early = await engines.open(copy);
  expect([early.run('GET', 'a'), early.run('GET', 'b')]).toEqual(['1', null]);
  expect(await journalsIn(copy)).toEqual(['journal-1']); // its own
  failing.now = false;
  await kept.manager.snapshotNow();
  expect(await journalsIn(path)).toEqual(['journal-3']);
  const late = await engines.open(await crashed(path, kept));
  expect(contentsOf(late)).toEqual(contentsOf(kept));
});

it('on and off and on again ends as it began', async () => {
  const path = await temporaryPath();
  const kept = await engines.open(path);
  kept.run('SET', 'a', '1');
  for (const value of ['no', 'yes', 'no', 'yes', 'yes']) config(kept, 'SET', 'appendonly', value);
  for (let i = 0; i < 3; i++) kept.run('SET', `b${String(i)}`, '1');
  await kept.manager.snapshotNow();
  kept.run('SET', 'c', '1');
  const again = await engines.open(await crashed(path, kept));
  expect(contentsOf(again)).toEqual(contentsOf(kept));
});

it('CONFIG SET appendfsync changes what is waited for, and is kept for a journal to come', async () => {
  const kept = await engines.open(await temporaryPath());
  const waits = (): boolean => {
    kept.run('INCR', 'n');
    return kept.engine.gate.closed;
  };
  expect(waits()).toBe(false);
  config(kept, 'SET', 'appendfsync', 'always');
  expect(waits()).toBe(true);
  config(kept, 'SET', 'appendfsync', 'no');
  expect(config(kept, 'GET', 'appendfsync')).toEqual(['appendfsync', 'no']);
  await until('what waited has left', () => Promise.resolve(!kept.engine.gate.closed));
  expect(waits()).toBe(false);
  expect(config(kept, 'SET', 'appendfsync', 'sometimes')).toBeInstanceOf(ErrorReply);
  await switched(kept, false);
  config(kept, 'SET', 'appendfsync', 'always');
  await switched(kept, true);
  expect(waits()).toBe(true);
  await until('what waited has left', () => Promise.resolve(!kept.engine.gate.closed));
});

describe('a journal file that somebody removed', () => {
  it('is missed after a snapshot, and before the first', async () => {
    const path = await temporaryPath();
    const kept = await engines.open(path);
    kept.run('SET', 'a', '1');
    const first = await crashed(path, kept);
    await rm(join(first, 'journal-1'));
    await expect(engines.open(first)).rejects.toMatchObject({
      code: 'RESTORE_CORRUPT',
      message: `The journal ${join(first, 'journal-1')} could not be replayed: it is missing.`,
    });
    await kept.manager.snapshotNow();
    kept.run('SET', 'b', '1');
    const second = await crashed(path, kept);
    await rm(join(second, 'journal-2'));
    await expect(engines.open(second)).rejects.toMatchObject({
      code: 'RESTORE_CORRUPT',
      message: `The journal ${join(second, 'journal-2')} could not be replayed: it is missing.`,
    });
    const aside = await engines.open(second, { onCorruption: 'quarantine' });
    expect(aside.manager.status().restore?.quarantined).toContain('corrupt');
  });

  it('is missed when a later start began it', async () => {
    const path = await temporaryPath();
    const kept = await engines.open(path, { durability: 'snapshot' });
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    await kept.manager.stop();
    const copy = await crashed(path, await engines.open(path));
    await rm(join(copy, 'journal-1'));
    await expect(engines.open(copy)).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });
});

it('a file that failed, followed by one of a snapshot that was not written, is restored as far as it counts', async () => {
  const path = await temporaryPath();
  const { failing, through } = failingSnapshots();
  const kept = await engines.open(path, { through });
  kept.run('SET', 'a', '1');
  await crashed(path, kept);
  const held = contentsOf(kept);
  await writeFile(join(path, 'journal-2'), 'in the way');
  failing.now = true;
  await kept.manager.snapshotNow().catch(() => undefined);
  await until('another was tried', () => Promise.resolve(kept.manager.status().failures >= 2));
  await journalsAre(path, 'journal-1', 'journal-2', 'journal-3.new');
  expect(kept.run('SET', 'b', '1')).toBeInstanceOf(ErrorReply);
  expect(kept.manager.saveHooks.journal?.()?.healthy).toBe(false);
  expect(contentsOf(await engines.open(await crashed(path, kept)))).toEqual(held);
  failing.now = false;
  await kept.manager.snapshotNow();
  expect(kept.run('SET', 'b', '1')).not.toBeInstanceOf(ErrorReply);
  expect(await journalsIn(path)).toEqual(['journal-4']);
  expect(contentsOf(await engines.open(await crashed(path, kept)))).toEqual(contentsOf(kept));
});

it('who waits for replicas as well hears at once that the journal is switched off', async () => {
  const kept = await engines.open(await temporaryPath(), { version: '8.0' });
  const replies: unknown[] = [];
  const waiter = kept.engine.connect(
    { remote: '127.0.0.1:3', local: '127.0.0.1:2', kind: 'memory' },
    { send: (reply) => void replies.push(reply), resume: () => undefined, close: () => undefined },
  );
  const isSynced = () => Promise.resolve(kept.manager.saveHooks.journal?.()?.synced === true);
  kept.run('SET', 'a', '1');
  await until('the journal is synced', isSynced);
  kept.engine.execute(waiter, 'WAITAOF', ['1', '1', '0']);
  expect(replies).toEqual([]);
  expect(config(kept, 'SET', 'appendonly', 'no')).toMatchObject({ text: 'OK' });
  const refusal = 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';
  expect(replies).toEqual([new ErrorReply(refusal)]);
});
