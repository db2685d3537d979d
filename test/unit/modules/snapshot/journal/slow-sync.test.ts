import { setImmediate as nextTurn } from 'node:timers/promises';
import { EmbeddedEngine, ErrorReply } from '../../../../../src/engine';
import { Engine } from '../../../../../src/engine/engine';
import { DataDirectory } from '../../../../../src/modules/snapshot/directory/data-directory';
import { JournalKeeper } from '../../../../../src/modules/snapshot/journal/journal-keeper';
import type { JournalPlace } from '../../../../../src/modules/snapshot/journal/journal-file';
import type { JournalSink, JournalSinkEvents } from '../../../../../src/modules/snapshot/journal/journal-thread';
import { JournalWriter } from '../../../../../src/modules/snapshot/journal/journal-writer';
import type { JournalRequest, JournalThreadData } from '../../../../../src/modules/snapshot/journal/protocol';
import { VirtualClock } from '../../../../../src/testing/virtual-clock';
import { RecordingLogger } from '../../../../support/kept-engine';
import { RecordedFiles } from '../../../../support/recorded-files';
import { removeTemporaryPaths, temporaryPath } from '../../../../support/temporary-path';

afterAll(removeTemporaryPaths);

/** Writes in memory; a sync takes until `release`, and everything else waits for it, as in a thread. */
class SlowDisk implements JournalSink {
  readonly #writer: JournalWriter;
  readonly #waiting: JournalRequest[] = [];
  syncs = 0;
  #isBusy = false;

  constructor(data: JournalThreadData, events: JournalSinkEvents) {
    this.#writer = new JournalWriter(new RecordedFiles(), { ...data, ahead: 4096 }, (response) => {
      if (response.type === 'done') events.done(response);
      if (response.type === 'synced') events.synced(response.sequence);
    });
  }

  begin(place: JournalPlace): Promise<void> {
    this.#take({ type: 'begin', ...place });
    return Promise.resolve();
  }

  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#take({ type: 'append', frame, sequence });
  }

  policy(syncsAlways: boolean): void {
    this.#take({ type: 'policy', syncsAlways });
  }

  sync(): void {
    this.syncs += 1;
    this.#take({ type: 'sync' });
    this.#isBusy = true;
  }

  close(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  release(): void {
    this.#isBusy = false;
    for (const request of this.#waiting.splice(0)) this.#writer.take(request);
    this.#writer.finishGroup();
  }

  #take(request: JournalRequest): void {
    if (this.#isBusy || request.type === 'sync') this.#waiting.push(request);
    else {
      this.#writer.take(request);
      this.#writer.finishGroup();
    }
  }
}

/** An engine whose journal is on slow disks. */
async function journalOnSlowDisk(durability: 'everysec' | 'always') {
  const clock = new VirtualClock();
  const engine = new Engine({ persistent: true, clock, version: '8.0' });
  const source = new EmbeddedEngine(engine).snapshots;
  const logger = new RecordingLogger();
  const disks: SlowDisk[] = [];
  const keeper = new JournalKeeper({
    source,
    durability,
    generations: 1,
    clock,
    logger,
    wantSnapshot: () => undefined,
    openSink: (data, events) => {
      const disk = new SlowDisk(data, events);
      disks.push(disk);
      return disk;
    },
  });
  const directory = await DataDirectory.open(await temporaryPath());
  await keeper.start(directory, 1);
  const sent: unknown[] = [];
  const session = engine.connect(
    { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' },
    {
      send: (reply) => {
        sent.push(reply);
      },
      resume: () => undefined,
      close: () => undefined,
    },
  );
  engine.host.saveHooks = {
    save: () => Promise.resolve(),
    lastSave: () => 0,
    saving: () => false,
    journal: () => keeper.figures,
    journalSynced: () => keeper.whenSynced(),
  };
  const run = (name: string, ...args: string[]) => engine.execute(session, name, args);
  const end = async () => {
    await keeper.close();
    await directory.close();
    engine.close();
  };
  return { clock, engine, keeper, logger, disks, sent, run, end };
}

it('everysec: writers wait for a sync that takes two seconds, which is logged and counted, and for no faster one', async () => {
  const { clock, engine, keeper, logger, disks, run, end } = await journalOnSlowDisk('everysec');
  const waits = async (): Promise<boolean> => {
    run('INCR', 'n');
    const { closed } = engine.gate;
    await nextTurn(); // the frame is handed over
    return closed;
  };

  expect(await waits()).toBe(false);
  await clock.advance(1000);
  expect(keeper.figures).toMatchObject({ syncing: true, delayed: 0, pending: 0 });
  expect(await waits()).toBe(false);
  await clock.advance(1999);
  expect(await waits()).toBe(false);
  expect(logger.events('warn')).toEqual([]);
  await clock.advance(1);
  expect(await waits()).toBe(true);
  expect(await waits()).toBe(true);
  expect(logger.events('warn')).toEqual(['journal_slow']);
  expect(keeper.figures).toMatchObject({ syncing: true, delayed: 1, pending: 4 });
  expect(disks[0]?.syncs).toBe(1); // no other while it lasts

  disks[0]?.release();
  expect(engine.gate.closed).toBe(false);
  expect(keeper.figures).toMatchObject({ syncing: false, delayed: 1, pending: 0 });
  expect(await waits()).toBe(false);

  await clock.advance(1000);
  await clock.advance(2000);
  expect(await waits()).toBe(true);
  expect(keeper.figures).toMatchObject({ delayed: 2 });

  const info = JSON.stringify(run('INFO', 'persistence'));
  expect(info).toContain('aof_pending_bio_fsync:1\\r\\naof_delayed_fsync:2\\r\\n');
  await end();
});

const OFF = 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';

describe('WAITAOF', () => {
  it('everysec: is answered once what was written before it is synced, however much is written since', async () => {
    const { clock, disks, sent, run, end } = await journalOnSlowDisk('everysec');
    run('INCR', 'n');
    run('WAITAOF', '1', '0', '0');
    await nextTurn();
    await clock.advance(1000); // the sync begins
    run('INCR', 'n');
    await nextTurn();
    expect(sent).toEqual([]);
    disks[0]?.release(); // what was written since is not on the disk
    await nextTurn();
    expect(sent).toEqual([[1, 0]]);
    expect(run('WAITAOF', '0', '0', '0')).toEqual([0, 0]);
    await clock.advance(1000);
    disks[0]?.release();
    expect(run('WAITAOF', '0', '0', '0')).toEqual([1, 0]);
    expect(run('WAITAOF', '1', '0', '0')).toEqual([1, 0]);
    await end();
  });

  it('says what is there when its time is over', async () => {
    const { clock, sent, run, end } = await journalOnSlowDisk('everysec');
    run('INCR', 'n');
    run('WAITAOF', '1', '0', '500');
    await clock.advance(499);
    expect(sent).toEqual([]);
    await clock.advance(1);
    await nextTurn();
    expect(sent).toEqual([[0, 0]]);
    await end();
  });

  it('is refused when the journal is switched off meanwhile', async () => {
    const { keeper, sent, run, end } = await journalOnSlowDisk('everysec');
    run('INCR', 'n');
    run('WAITAOF', '1', '0', '0');
    await nextTurn();
    keeper.enabled = false;
    await nextTurn();
    expect(sent).toEqual([new ErrorReply(OFF)]);
    expect(await keeper.whenSynced()).toBe(false);
    await end();
  });

  it('does not say so while what is written counts only with the next snapshot', async () => {
    const { keeper, sent, run, end } = await journalOnSlowDisk('always');
    keeper.enabled = false;
    run('INCR', 'n');
    keeper.enabled = true;
    await keeper.rotate(undefined).begun;
    run('INCR', 'n');
    run('WAITAOF', '1', '0', '0');
    await nextTurn();
    expect(sent).toEqual([]);
    await keeper.replaced();
    await nextTurn();
    expect(sent).toEqual([[1, 0]]);
    await end();
  });
});
