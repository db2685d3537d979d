import { createHash } from 'node:crypto';
import {
  Clock,
  override,
  type ResourceEvent,
  type ResourceKey,
  resourcesModule,
  ResourceStore,
  type ResourceWatch,
} from '../../../../src';
import { RecordingLogger } from '../../../support/kept-engine';
import { ManualClock } from '../../../support/manual-clock';
import { until } from '../../../support/until';
import { inEveryPlace } from './places';

/** A project of its own for each test: a Cluster's nodes may still be forwarding events of the test before. */
let project = 'p0';
let tests = 0;

const key = (id: string, version?: string): ResourceKey => ({
  project,
  type: 'agent',
  id,
  ...(version !== undefined && { version }),
});

const takeEvents = async (watch: ResourceWatch, count: number): Promise<ResourceEvent[]> => {
  const taken: ResourceEvent[] = [];
  // Not the watch itself: leaving that loop would end it.
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => watch.next() }) }) {
    taken.push(event);
    if (taken.length === count) return taken;
  }
  throw new Error(`ended after ${taken.length} of ${count} events`);
};

/** The next events as `put a`, `delete b`. */
const take = async (watch: ResourceWatch, count: number): Promise<string[]> =>
  (await takeEvents(watch, count)).map((event) => `${event.type} ${event.key.id}`);

inEveryPlace([resourcesModule], (place) => {
  const store = (): ResourceStore => place().app.get(ResourceStore);
  const opened: ResourceWatch[] = [];
  const watch = async (watching = store().watch(project, 'agent')): Promise<ResourceWatch> => {
    const opening = await watching;
    opened.push(opening);
    return opening;
  };
  beforeEach(() => {
    project = `p${++tests}`;
  });
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });

  it('FR-4: a resource is put, read, listed and deleted; deleting it again is no error', async () => {
    await expect(store().get(key('a'))).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    const etag = await store().put(key('a'), { name: 'Ada' });
    expect(await store().get(key('a'))).toEqual({ key: key('a'), value: { name: 'Ada' }, etag });
    await store().put({ ...key('a'), type: 'other' }, 1);
    await store().put({ ...key('a'), project: `${project}/agent` }, 1);
    expect(await store().list(project, 'agent')).toEqual([key('a')]);
    expect(await store().delete(key('a'))).toBe(true);
    expect(await store().delete(key('a'))).toBe(false);
    expect(await store().list(project, 'agent')).toEqual([]);
    await expect(store().get(key('a'))).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('equal values have equal etags: SHA-256 of canonical JSON', async () => {
    const canonical = '{"10":1,"9":[true,null,"\u20ac"],"a":{"b":2,"c":0.1},"é":"\\n"}';
    const etag = createHash('sha256').update(canonical).digest('hex');
    const value = { é: '\n', a: { c: 0.1, b: 2, gone: undefined }, 9: [true, null, '€'], 10: 1 };
    expect(await store().put(key('a'), value)).toBe(etag);
    const turned = { 10: 1, a: { b: 2, c: 0.1 }, 9: [true, undefined, '€'], é: '\n' };
    expect(await store().put(key('b'), turned)).toBe(etag);
    expect(await store().put(key('a'), [value])).not.toBe(etag);
  });

  it('lists are in the order of the ids, with values and by pages; versions stand beside each other', async () => {
    const ids = ['c', 'a@b', '{x}', 'ü/%', '__proto__', 'b'];
    for (const id of ids) await store().put(key(id), { id });
    for (const version of ['2', '1', 'a@b']) await store().put(key('b', version), version);
    const listed = await store().list(project, 'agent');
    expect(listed).toHaveLength(9);
    expect(listed.filter(({ id }) => id === 'b')).toEqual([key('b'), key('b', '1'), key('b', '2'), key('b', 'a@b')]);
    const all = await store().listWithValues(project, 'agent');
    expect(all.map((resource) => resource.key)).toEqual(listed);
    for (const resource of all) expect(await store().get(resource.key)).toEqual(resource);
    expect(await store().listPage(project, 'agent', 2, 3)).toEqual({ items: all.slice(2, 5), total: 9 });
    expect(await store().listPage(project, 'agent', 8, 3)).toEqual({ items: all.slice(8), total: 9 });
    expect(await store().listPage(project, 'agent', 9, 3)).toEqual({ items: [], total: 9 });
    expect(await store().listPage(project, 'nothing', 0, 3)).toEqual({ items: [], total: 0 });
    expect(new Set((await take(await watch(), 9)).map((event) => event.slice(4)))).toEqual(new Set(ids));
  });

  it('putIfMatch writes on top of what its caller has seen, and only that', async () => {
    const first = await store().putIfMatch(key('a'), 1, '');
    await expect(store().putIfMatch(key('a'), 2, '')).rejects.toMatchObject({ code: 'ETAG_MISMATCH' });
    const second = await store().putIfMatch(key('a'), 2, first);
    await expect(store().putIfMatch(key('a'), 3, first)).rejects.toMatchObject({ code: 'ETAG_MISMATCH' });
    expect((await store().get(key('a'))).value).toBe(2);
    expect(await store().putIfMatch(key('a'), 1, second)).toBe(first);
    await expect(store().putIfMatch(key('b'), 1, first)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it.each([
    ['different values', (i: number) => ({ i })],
    ['the same value', () => 'same'],
  ])('of 50 putIfMatch of %s at once exactly one wins', async (_, value) => {
    const other = (await place().another()).get(ResourceStore);
    const etag = await store().put(key('a'), 'before');
    const from = (i: number) => (i % 2 === 0 ? store() : other);
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => from(i).putIfMatch(key('a'), value(i), etag)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'ETAG_MISMATCH' });
    }
    const creations = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => from(i).putIfMatch(key('new'), value(i), '')),
    );
    expect(creations.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('counting with putIfMatch and trying again loses nothing', async () => {
    await store().put(key('count'), 0);
    const increment = async (): Promise<void> => {
      for (;;) {
        const { value, etag } = await store().get(key('count'));
        try {
          await store().putIfMatch(key('count'), Number(value) + 1, etag);
          return;
        } catch (error) {
          expect(error).toMatchObject({ code: 'ETAG_MISMATCH' });
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, increment));
    expect((await store().get(key('count'))).value).toBe(20);
  });

  it('a watch begins with what there is, then tells what changes, whoever changes it', async () => {
    const other = (await place().another()).get(ResourceStore);
    const etag = await store().put(key('a'), 1);
    await store().put(key('b', '7'), 1);
    const events = await watch();
    expect(new Set(await take(events, 2))).toEqual(new Set(['put a', 'put b']));
    const changed = await other.put(key('a'), 2);
    await other.put(key('a'), 2);
    await store().delete(key('b', '7'));
    await other.put({ ...key('x'), type: 'other' }, 1);
    await other.put(key('c'), 1);
    expect(await takeEvents(events, 3)).toEqual([
      { type: 'put', key: key('a'), etag: changed, at: expect.any(Number) },
      { type: 'delete', key: key('b', '7'), etag, at: expect.any(Number) },
      { type: 'put', key: key('c'), etag, at: expect.any(Number) },
    ]);
  });

  it('a watch ends on abort, on break, when closed, and when the application stops', async () => {
    const cancel = new AbortController();
    const aborted = await watch(store().watch(project, 'agent', { signal: cancel.signal }));
    const pending = aborted.next();
    cancel.abort();
    expect(await pending).toEqual({ done: true, value: undefined });
    await expect(store().watch(project, 'agent', { signal: cancel.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const late = new AbortController();
    const opening = store().watch(project, 'agent', { signal: late.signal });
    late.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');

    await store().put(key('a'), 1);
    for await (const event of await watch()) {
      expect(event.key).toEqual(key('a'));
      break;
    }
    const clock = new ManualClock();
    const app = await place().another({ overrides: [override(Clock, clock)] });
    const stopped = await app.get(ResourceStore).watch(project, 'agent');
    expect(clock.pending).toBe(1);
    await app.stop();
    expect(await stopped.next()).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
  });

  it('what no event told is told when the watch looks again, at every interval', async () => {
    const clock = new ManualClock();
    const own = (await place().another({ overrides: [override(Clock, clock)] })).get(ResourceStore);
    await own.put(key('a'), 1);
    await own.put(key('b'), 1);
    const events = await watch(own.watch(project, 'agent', { reconcileInterval: 1000 }));
    await takeEvents(events, 2);
    // As if the events had been lost: the data changes, and nothing is published.
    const { client } = place();
    const part = (name: string) => `resources:{${project}/agent}:${name}`;
    await client.hset(part('etags'), 'c', 'etag of c');
    await client.hdel(part('etags'), 'b');
    await client.incrby(part('revision'), 2);
    clock.advance(999);
    clock.advance(1);
    expect(await takeEvents(events, 2)).toEqual([
      { type: 'put', key: key('c'), etag: 'etag of c', at: 1_001_000 },
      { type: 'delete', key: key('b'), etag: expect.any(String), at: 1_001_000 },
    ]);
    // As if Redis had lost everything and counted anew.
    await client.del(part('etags'), part('revision'), part('index'), part('item:a'));
    for (const value of [1, 2, 3]) await own.put(key('d'), value);
    clock.advance(1000);
    const rest = new Set(await take(events, 3));
    expect(rest).toEqual(new Set(['put d', 'delete a', 'delete c']));
    await own.put(key('d'), 4);
    expect(await take(events, 1)).toEqual(['put d']);
  });

  it('a slow consumer gets the last state of everything, and the log says that it was slow', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(ResourceStore);
    await Promise.all(Array.from({ length: 40 }, (_, i) => own.put(key(`r${i}`), 'first')));
    const events = await watch(own.watch(project, 'agent', { bufferSize: 7 }));
    for (let turn = 0; turn < 5; turn++) {
      await Promise.all(Array.from({ length: 40 }, (_, i) => own.put(key(`r${i}`), { turn })));
    }
    await Promise.all(Array.from({ length: 10 }, (_, i) => own.delete(key(`r${i}`))));
    const last = await own.put(key('last'), 'last');
    await until('the watch is behind', async () => logger.events('warn').includes('resource_watch_behind'));
    const state = new Map<string, string>();
    for await (const event of events) {
      if (event.type === 'put') state.set(event.key.id, event.etag);
      else state.delete(event.key.id);
      if (state.get('last') === last && state.size === 31) break;
    }
    const stored = await own.listWithValues(project, 'agent');
    expect(state).toEqual(new Map(stored.map((resource) => [resource.key.id, resource.etag])));
    expect(logger.events('warn')[0]).toBe('resource_watch_behind');
  });

  it('writers, deleters and a consumer of any speed: in the end it knows what there is', async () => {
    const other = (await place().another()).get(ResourceStore);
    const events = await watch(store().watch(project, 'agent', { bufferSize: 5 }));
    const state = new Map<string, string>();
    const consumed = (async () => {
      for await (const event of events) {
        if (event.type === 'put') state.set(event.key.id, event.etag);
        else state.delete(event.key.id);
        if (Math.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const work = async (worker: number) => {
      for (let turn = 0; turn < 60; turn++) {
        const id = key(`r${(worker * 7 + turn * 3) % 12}`);
        const from = worker % 2 === 0 ? store() : other;
        await (turn % 4 === 3 ? from.delete(id) : from.put(id, { worker, turn }));
      }
    };
    await Promise.all([0, 1, 2, 3].map(work));
    const stored = await store().listWithValues(project, 'agent');
    const expected = new Map(stored.map((resource) => [resource.key.id, resource.etag]));
    await until('the consumer knows everything', async () => {
      return state.size === expected.size && [...expected].every(([id, etag]) => state.get(id) === etag);
    });
    events.close();
    await consumed;
  });

  it('what another program wrote is a coded error, or left out of lists and logged', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(ResourceStore);
    const { client } = place();
    await own.put(key('fine'), 1);
    for (const id of ['list', 'half', 'text', 'gone']) await own.put(key(id), 1);
    const item = (id: string) => `resources:{${project}/agent}:item:${id}`;
    await client.del(item('list'), item('gone'));
    await client.rpush(item('list'), 'x');
    await client.hdel(item('half'), 'etag');
    await client.hset(item('text'), 'value', '{');
    for (const id of ['list', 'half', 'text']) {
      await expect(own.get(key(id))).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    }
    await expect(own.put(key('list'), 1)).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    expect((await own.listWithValues(project, 'agent')).map((resource) => resource.key.id)).toEqual(['fine']);
    expect((await own.listPage(project, 'agent', 0, 9)).items).toHaveLength(1);
    expect(logger.events('warn')).toEqual(['resources_damaged', 'resources_damaged']);
    expect(logger.lines.find(({ event }) => event === 'resources_damaged')?.fields).toMatchObject({
      count: 3,
      resources: `${project}/agent`,
    });
    expect(await own.delete(key('list'))).toBe(true);

    await client.set(`resources:{${project}/poisoned}:etags`, 'a string');
    const poisoned = { ...key('a'), type: 'poisoned' };
    await expect(own.put(poisoned, 1)).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    await expect(own.get(poisoned)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await expect(own.watch(project, 'poisoned')).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
  });

  it('messages of other programs on the channel are left out and logged', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(ResourceStore);
    const events = await watch(own.watch(project, 'agent'));
    await place().client.publish(`resources:{${project}/agent}:events`, 'hello');
    await until('it is logged', async () => logger.events('warn').includes('resource_event_malformed'));
    await own.put(key('a'), 1);
    expect(await take(events, 1)).toEqual(['put a']);
  });

  it('input that cannot be used is refused', async () => {
    const deep: unknown[] = [];
    let inner = deep;
    for (let i = 0; i < 100_000; i++) inner.push((inner = []));
    const wrong: [code: string, work: () => Promise<unknown>][] = [
      ['INPUT_INVALID', () => store().put(key(''), 1)],
      ['INPUT_INVALID', () => store().put(key('a', ''), 1)],
      ['INPUT_INVALID', () => store().put({ ...key('a'), project: '' }, 1)],
      ['INPUT_INVALID', () => store().list(project, '')],
      ['INPUT_INVALID', () => store().putIfMatch(key('a'), 1, undefined as never)],
      ['INPUT_INVALID', () => store().listPage(project, 'agent', -1, 1)],
      ['INPUT_INVALID', () => store().watch(project, 'agent', { reconcileInterval: 999 })],
      ['INPUT_INVALID', () => store().watch(project, 'agent', { bufferSize: 0 })],
      ['VALUE_NOT_JSON', () => store().put(key('a'), undefined)],
      ['VALUE_NOT_JSON', () => store().put(key('a'), deep)],
      ['VALUE_TOO_LARGE', () => store().put(key('a'), 'x'.repeat(2 ** 24))],
    ];
    for (const [code, work] of wrong) await expect(work()).rejects.toMatchObject({ code });
    expect(await store().list(project, 'agent')).toEqual([]);
  });
});
