import { readJournal } from '../../../../../src/modules/snapshot/journal/frame';
import { JournalWriter } from '../../../../../src/modules/snapshot/journal/journal-writer';
import type { JournalThreadEvents } from '../../../../../src/modules/snapshot/journal/journal-thread';
import type {
  JournalRequest,
  JournalResponse,
  JournalThreadData,
} from '../../../../../src/modules/snapshot/journal/protocol';
import { type LendingSink, QuickDisk } from '../../../../../src/modules/snapshot/journal/quick-disk';
import { frameOf, RecordedFiles } from '../../../../support/recorded-files';

const DATA: JournalThreadData = {
  directory: '/d',
  datasetId: '00000000-0000-4000-8000-000000000000',
  syncsAlways: true,
  ahead: 262_144,
};

/** A thread that does what it is told when `run` is called, on files in memory; its syncs take `syncMs`. */
class HeldThread implements LendingSink {
  readonly requests: string[] = [];
  readonly #asked: JournalRequest[] = [];
  readonly #waiting = new Map<number | 'closed', () => void>();
  readonly #writer: JournalWriter;

  constructor(
    files: RecordedFiles,
    data: JournalThreadData,
    private readonly events: JournalThreadEvents,
    private readonly syncMs: () => number,
  ) {
    this.#writer = new JournalWriter(files, data, (response) => {
      this.#hear(response);
    });
  }

  /** Does all it was asked for until now. */
  run(): void {
    for (const request of this.#asked.splice(0)) {
      this.requests.push(request.type);
      this.#writer.take(request);
    }
    this.#writer.finishGroup();
  }

  begin(place: { number: number; isProvisional: boolean }): Promise<void> {
    return this.#answered(place.number, { type: 'begin', ...place });
  }

  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#asked.push({ type: 'append', frame, sequence });
  }

  policy(syncsAlways: boolean): void {
    this.#asked.push({ type: 'policy', syncsAlways });
  }

  sync(): void {
    this.#asked.push({ type: 'sync' });
  }

  lend(): void {
    this.#asked.push({ type: 'lend' });
  }

  takeBack(file: Extract<JournalRequest, { type: 'takeBack' }>['file'], sequence: number): void {
    this.#asked.push({ type: 'takeBack', file, sequence });
  }

  close(): Promise<void> {
    return this.#answered('closed', { type: 'close' });
  }

  #answered(key: number | 'closed', request: JournalRequest): Promise<void> {
    this.#asked.push(request);
    return new Promise((resolve) => this.#waiting.set(key, resolve));
  }

  #hear(response: JournalResponse): void {
    if (response.type === 'done') this.events.done({ ...response, syncMs: this.syncMs() });
    else if (response.type === 'synced') this.events.synced(response.sequence);
    else if (response.type === 'lent') this.events.lent(response.file);
    else if (response.type === 'begun') this.#waiting.get(response.number)?.();
    else if (response.type === 'closed') this.#waiting.get('closed')?.();
  }
}

/** A disk whose first file is begun. */
async function setup(data: Partial<JournalThreadData> = {}) {
  const files = new RecordedFiles();
  const state = { now: 0, syncTakes: 0.05, threadTakes: 0.05, sequence: 0, number: 1 };
  const done: number[] = [];
  const failed: string[] = [];
  const made: HeldThread[] = [];
  const layer = new Proxy(files, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (name !== 'sync') return typeof method === 'function' ? (method.bind(target) as unknown) : method;
      return (fd: number) => {
        state.now += state.syncTakes;
        if (Number.isNaN(state.syncTakes)) throw new Error('EIO: sync');
        target.sync(fd);
      };
    },
  });
  const disk = new QuickDisk(
    { ...DATA, ...data },
    { done: ({ sequence }) => done.push(sequence), synced: () => undefined, failed: (reason) => failed.push(reason) },
    {
      files: layer,
      time: () => state.now,
      openThread: (given, events) => {
        const thread = new HeldThread(files, given, events, () => state.threadTakes);
        made.push(thread);
        return thread;
      },
    },
  );
  const [thread] = made;
  if (thread === undefined) throw new Error('there is no thread');
  const begun = disk.begin({ number: 1, isProvisional: false });
  thread.run();
  await begun;
  const append = (size = 20): void => {
    state.sequence += 1;
    disk.append(
      frameOf(`${String(state.sequence)} ${'x'.repeat(size)}`, state.number, 1000 + state.sequence),
      state.sequence,
    );
  };
  /** So many frames, one behind the other, each done by the thread if it is its turn. */
  const write = async (count: number, size?: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      append(size);
      thread.run();
      await Promise.resolve();
    }
    thread.run();
    await Promise.resolve();
  };
  /** The numbers of the frames that are in a file. */
  const frames = (number = 1) => {
    const bytes = files.crash(files.steps.length, () => 0).files.get(`/d/journal-${String(number)}`) ?? Buffer.alloc(0);
    return readJournal(bytes).frames.map(({ payload }) => Number(payload.toString('latin1').split(' ', 1)[0]));
  };
  /** How many frames the thread was given. */
  const byThread = () => thread.requests.filter((type) => type === 'append').length;
  return { disk, thread, state, done, failed, append, write, frames, byThread };
}

const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('a disk that is quicker than the way to the thread', () => {
  it('is written here after some time, synced before it is told', async () => {
    const { write, frames, done, byThread } = await setup();
    await write(500);
    expect(byThread()).toBe(64);
    expect(done).toEqual(upTo(500));
    expect(frames()).toEqual(upTo(500));
  });

  it('is told of after what runs now', async () => {
    const { write, append, done } = await setup();
    await write(100);
    append();
    expect(done).toHaveLength(100);
    await Promise.resolve();
    expect(done).toHaveLength(101);
  });

  it('is left to the thread after a sync that took long, and the longer the sooner that was', async () => {
    const { write, state, byThread, frames } = await setup();
    await write(65);
    for (const elsewhere of [128, 256, 512]) {
      const before = byThread();
      state.syncTakes = 5;
      await write(1);
      state.syncTakes = 0.05;
      await write(elsewhere + 10);
      expect(byThread() - before).toBe(elsewhere);
    }
    await write(600);
    const before = byThread();
    state.syncTakes = 5;
    await write(1);
    state.syncTakes = 0.05;
    await write(100);
    expect(byThread() - before).toBe(64);
    expect(frames()).toEqual(upTo(state.sequence));
  });

  it('keeps the order of what is given while the thread is asked for the file', async () => {
    const { write, append, thread, frames, disk, state, done } = await setup();
    await write(63);
    append();
    thread.run(); // the last one: now it is asked for
    append();
    append();
    const begun = disk.begin({ number: 2, isProvisional: false });
    state.number = 2;
    append();
    thread.run();
    await Promise.resolve();
    thread.run();
    await begun;
    expect(frames(1)).toEqual(upTo(66));
    expect(frames(2)).toEqual([67]);
    expect(done).toEqual(upTo(67));
  });

  it.each([
    ['its place is used up', async ({ write }: Awaited<ReturnType<typeof setup>>) => write(1, 270_000)],
    [
      'its policy changes',
      async ({ disk, thread }: Awaited<ReturnType<typeof setup>>) => {
        disk.policy(true);
        thread.run();
        return Promise.resolve();
      },
    ],
  ])('goes back to the thread when %s', async (_, happens) => {
    const place = await setup();
    await place.write(100);
    expect(place.byThread()).toBe(64);
    await happens(place);
    await place.write(30);
    expect(place.byThread()).toBeGreaterThan(64);
    expect(place.frames()).toEqual(upTo(place.state.sequence));
  });

  it('goes back for a place and its sync, and no longer', async () => {
    const { write, state, byThread, frames } = await setup();
    await write(100);
    const before = byThread();
    state.threadTakes = 5;
    await write(1, 270_000);
    state.threadTakes = 0.05;
    await write(50);
    expect(byThread() - before).toBeLessThan(4);
    expect(frames()).toEqual(upTo(state.sequence));
  });

  it('is closed by the thread, whole', async () => {
    const { write, disk, thread, frames } = await setup();
    await write(100);
    const closed = disk.close();
    thread.run();
    await closed;
    expect(thread.requests.slice(-2)).toEqual(['takeBack', 'close']);
    expect(frames()).toEqual(upTo(100));
  });

  it('takes nothing more once a sync has failed', async () => {
    const { write, state, append, failed, done, disk } = await setup();
    await write(100);
    state.syncTakes = NaN;
    append();
    disk.policy(false); // as CONFIG SET does at once, in the same command
    expect(failed).toEqual([]);
    await Promise.resolve();
    expect(failed).toEqual(['EIO: sync']);
    state.syncTakes = 0;
    append();
    await Promise.resolve();
    expect(done).toHaveLength(100);
    await expect(disk.begin({ number: 2, isProvisional: true })).rejects.toThrow('EIO: sync');
    await disk.close();
  });
});

describe('a journal is left to the thread', () => {
  it.each([
    ['whose disk takes longer', {}, 0.3],
    ['that is encrypted', { encryptionKey: new Uint8Array(32) }, 0.05],
    ['for whose syncs nobody waits', { syncsAlways: false }, 0.05],
  ])('%s', async (_, data, threadTakes) => {
    const { write, state, byThread } = await setup(data);
    state.threadTakes = threadTakes;
    await write(200);
    expect(byThread()).toBe(200);
  });
});
