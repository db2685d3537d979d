import fc from 'fast-check';
import {
  type BusEvent,
  Clock,
  EventBus,
  type EventSubscription,
  override,
  streamingModule,
  type TextChunk,
} from '../../../../src';
import { clusterOf } from '../../../../src/modules/cache';
import { RecordingLogger } from '../../../support/kept-engine';
import { ManualClock } from '../../../support/manual-clock';
import { until } from '../../../support/until';
import { inEveryPlace } from './places';

const takeEvents = async (events: EventSubscription, count: number): Promise<BusEvent[]> => {
  const taken: BusEvent[] = [];
  // Not the subscription itself: leaving that loop would end it.
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
    taken.push(event);
    if (taken.length === count) return taken;
  }
  throw new Error(`ended after ${taken.length} of ${count} events`);
};

/** The data of the next events. */
const take = async (events: EventSubscription, count: number): Promise<unknown[]> =>
  (await takeEvents(events, count)).map(({ data }) => data);

const pointsOf = (text: string): number => Array.from(text).length;

inEveryPlace([streamingModule], (place) => {
  const bus = (): EventBus => place().app.get(EventBus);
  /** Channels of its own for each test: a Cluster's nodes may still be forwarding events of the test before. */
  let [a, b, text] = ['', '', ''];
  let tests = 0;
  beforeEach(() => {
    tests += 1;
    [a, b, text] = [`a${tests}`, `b${tests}`, `text${tests}`];
  });
  const opened: EventSubscription[] = [];
  const open = async (subscribing: Promise<EventSubscription>): Promise<EventSubscription> => {
    const subscription = await subscribing;
    opened.push(subscription);
    return subscription;
  };
  afterEach(() => {
    for (const subscription of opened.splice(0)) subscription.close();
  });

  it('FR-5: what is published after subscribing arrives, in order, at every subscriber', async () => {
    const other = (await place().another()).get(EventBus);
    const [one, both, all] = await Promise.all([
      open(bus().subscribe(a, { bufferSize: 1000 })),
      open(bus().subscribe([a, b], { bufferSize: 1000 })),
      open(other.subscribe({ patterns: [`${a}*`, 'nothing:*'] }, { bufferSize: 1000 })),
    ]);
    const before = Date.now();
    // Not waited for one by one: a Cluster would deliver them as its nodes come to it.
    await Promise.all(Array.from({ length: 500 }, (_, i) => bus().publish(a, { i })));
    const expected = Array.from({ length: 500 }, (_, i) => ({ i }));
    for (const subscription of [one, both, all]) expect(await take(subscription, 500)).toEqual(expected);
    await other.publish(b, null);
    const [last] = await takeEvents(both, 1);
    expect(last).toMatchObject({ channel: b, data: null });
    expect(last?.at).toBeGreaterThanOrEqual(before);
    expect(bus().stats()).toMatchObject({ dropped: 0, malformed: 0, activeSubscriptions: 2 });
    expect(bus().stats().latency.count).toBe(bus().stats().received);
  });

  it('the events of workflows and tasks reach who follows one of them or all', async () => {
    const [workflow, task, workflows, tasks] = await Promise.all([
      open(bus().subscribeToWorkflow(`w1${a}`)),
      open(bus().subscribeToTask(`t1${a}`)),
      open(bus().subscribeToAllWorkflows()),
      open(bus().subscribeToAllTasks()),
    ]);
    await bus().publishWorkflowEvent(`w1${a}`, { type: 'started' });
    await bus().publishTaskEvent(`t1${a}`, { type: 'progress', data: 50 }, { workflowId: `w1${a}` });
    await bus().publishTaskEvent(`t2${a}`, { type: 'alone' });
    await bus().publishWorkflowEvent(`w2${a}`, { type: 'other' });
    const started = { type: 'started', workflowId: `w1${a}` };
    const progress = { type: 'progress', taskId: `t1${a}`, workflowId: `w1${a}`, data: 50 };
    expect(await take(workflow, 2)).toEqual([started, progress]);
    expect(await take(task, 1)).toEqual([progress]);
    // Channels of different nodes of a Cluster have no order between them.
    const unordered = async (events: EventSubscription, count: number) => new Set(await take(events, count));
    expect(await unordered(tasks, 2)).toEqual(new Set([progress, { type: 'alone', taskId: `t2${a}` }]));
    expect(await unordered(workflows, 3)).toEqual(
      new Set([started, progress, { type: 'other', workflowId: `w2${a}` }]),
    );
  });

  it('iterating ends on abort, on break, and when the subscription is closed', async () => {
    const cancel = new AbortController();
    const aborted = await open(bus().subscribe(a, { signal: cancel.signal }));
    const pending = aborted.next();
    cancel.abort();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    await expect(bus().subscribe(a, { signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });

    const broken = await open(bus().subscribe(a));
    await bus().publish(a, 1);
    for await (const { data } of broken) {
      expect(data).toBe(1);
      break;
    }
    expect(await broken.next()).toEqual({ done: true, value: undefined });

    const late = new AbortController();
    const subscribing = bus().subscribe('never', { signal: late.signal });
    late.abort(new Error('enough'));
    await expect(subscribing).rejects.toThrow('enough');
    expect(bus().stats().activeSubscriptions).toBe(0);
    await until('nobody is subscribed', async () => {
      const { client } = place();
      const nodes = clusterOf(client)?.nodes() ?? [client];
      const counts = await Promise.all(nodes.map((node) => node.pubsub('NUMSUB', a, 'never')));
      return counts.every((count) => count[1] === 0 && count[3] === 0);
    });
  });

  it('leaving a channel does not take it from others, and coming back at once works', async () => {
    const first = await open(bus().subscribe(a));
    const second = await open(bus().subscribe(a));
    first.close();
    await bus().publish(a, 1);
    expect(await take(second, 1)).toEqual([1]);
    second.close();
    const third = await open(bus().subscribe(a));
    await bus().publish(a, 2);
    expect(await take(third, 1)).toEqual([2]);
  });

  it('a slow consumer gets the newest events; what it missed is counted and logged', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(EventBus);
    const slow = await open(own.subscribe(a, { bufferSize: 10 }));
    const fast = await open(own.subscribe(a, { bufferSize: 100 }));
    for (let i = 0; i < 50; i++) await own.publish(a, i);
    expect(await take(fast, 50)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(await take(slow, 10)).toEqual(Array.from({ length: 10 }, (_, i) => 40 + i));
    expect([slow.dropped, fast.dropped, own.stats().dropped]).toEqual([40, 0, 40]);
    expect(logger.events('warn')).toEqual(['events_falling_behind', 'events_dropped']);
    expect(logger.lines.find(({ event }) => event === 'events_dropped')?.fields).toMatchObject({
      topics: [a],
      dropped: 40,
    });
  });

  it('messages of other programs are left out, counted and logged', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(EventBus);
    const events = await open(own.subscribe(a));
    // By the node that its events come from: between nodes of a Cluster there is no order.
    for (const message of ['not JSON', '{"at":1}', '{"data":1}', 'null', '[1]', '{"at":"1","data":1}']) {
      await place().client.eval(
        "return redis.call('PUBLISH', ARGV[1], ARGV[2])",
        1,
        `streaming:{${a}}:channel`,
        a,
        message,
      );
    }
    await own.publish(a, 'an event');
    expect(await take(events, 1)).toEqual(['an event']);
    expect(own.stats()).toMatchObject({ malformed: 6, received: 1 });
    expect(logger.events('warn')).toEqual(['event_malformed']);
  });

  it('when the application stops, what was received is still delivered, then the iteration ends', async () => {
    const app = await place().another();
    const own = app.get(EventBus);
    const events = await own.subscribe(a);
    const waiting = await own.subscribe(b);
    const pending = waiting.next();
    await own.publish(a, 1);
    await until('it has arrived', async () => own.stats().received === 1);
    await app.stop();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await take(events, 1)).toEqual([1]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await expect(own.publish(a, 1)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(own.subscribe(a)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('text is published line by line, long lines in segments of whole characters', async () => {
    const events = await open(bus().subscribe(text, { bufferSize: 1000 }));
    const stream = bus().textStream(text);
    await stream.write('Hel');
    await stream.write('lo\n\nsecond');
    await stream.write(` line\r\n${'\u{1F600}'.repeat(450)}\ud83d`);
    await stream.write('\ude00 end');
    await stream.end();
    const chunks = (await take(events, 7)) as TextChunk[]; // as the stream publishes them
    expect(chunks.map((chunk) => ('text' in chunk ? pointsOf(chunk.text) : 'end'))).toEqual([
      5,
      0,
      12,
      200,
      200,
      55,
      'end',
    ]);
    expect(chunks.slice(0, 3)).toEqual([
      { index: 0, text: 'Hello', endOfLine: true },
      { index: 1, text: '', endOfLine: true },
      { index: 2, text: 'second line\r', endOfLine: true },
    ]);
    expect(chunks.at(-1)).toEqual({ index: 6, end: true, dropped: 0 });
    await expect(stream.write('more')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('whatever is written in whatever pieces is what arrives', async () => {
    const pieceOf = fc.array(fc.constantFrom('A', '\n', '\u{1F600}', '\ud83d', '\ude00', 'ä', '\r'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(pieceOf, { maxLength: 8 }), async (pieces) => {
        await using events = await bus().subscribe(text, { bufferSize: 1000 });
        const stream = bus().textStream(text, { segmentLength: 3 });
        const written = pieces.map((characters) => characters.join(''));
        await Promise.all(written.map((piece) => stream.write(piece)));
        await stream.end();
        let read = '';
        for await (const { data } of events) {
          const chunk = data as TextChunk; // as the stream publishes them
          if ('end' in chunk) break;
          expect(pointsOf(chunk.text)).toBeLessThanOrEqual(3);
          read += chunk.text + (chunk.endOfLine ? '\n' : '');
        }
        expect(read).toBe(written.join(''));
      }),
      { numRuns: 50 },
    );
  });

  it('a text stream has a most number of chunks; what is beyond is counted and logged', async () => {
    const logger = new RecordingLogger();
    const own = (await place().another({ logger })).get(EventBus);
    const events = await open(own.subscribe(text));
    const stream = own.textStream(text, { maxChunks: 3 });
    await stream.write('1\n2\n3\n4\n5\n');
    await stream.end();
    expect(await take(events, 4)).toEqual([
      ...['1', '2', '3'].map((line, index) => ({ index, text: line, endOfLine: true })),
      { index: 3, end: true, dropped: 2 },
    ]);
    expect(stream.dropped).toBe(2);
    expect(logger.events('warn')).toEqual(['text_stream_truncated']);
  });

  it('publishing waits no longer than it is told to, and no longer than its signal', async () => {
    const clock = new ManualClock();
    const own = (await place().another({ overrides: [override(Clock, clock)] })).get(EventBus);
    const publishing = own.publish(a, 1, { timeout: 100 });
    clock.advance(100);
    await expect(publishing).rejects.toMatchObject({ code: 'PUBLISH_TIMED_OUT' });
    const cancel = new AbortController();
    const aborted = own.publish(a, 1, { signal: cancel.signal });
    cancel.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(own.stats().sent).toBe(0);
    await own.publish(a, 1, { timeout: 100 });
    expect(clock.pending).toBe(0);
  });

  it('input that cannot be used is refused', async () => {
    const wrong: [code: string, work: () => Promise<unknown>][] = [
      ['INPUT_INVALID', () => bus().publish('', 1)],
      ['VALUE_NOT_JSON', () => bus().publish(a, undefined)],
      ['VALUE_TOO_LARGE', () => bus().publish(a, 'x'.repeat(2 ** 24))],
      ['INPUT_INVALID', () => bus().subscribe([])],
      ['INPUT_INVALID', () => bus().subscribe({ patterns: '' })],
      ['INPUT_INVALID', () => bus().subscribe(a, { bufferSize: 0 })],
      ['INPUT_INVALID', () => bus().publishTaskEvent('t', {} as never)],
      ['INPUT_INVALID', () => bus().publishTaskEvent('', { type: 'x' })],
      ['INPUT_INVALID', async () => bus().publishWorkflowEvent('', { type: 'x' })],
      ['INPUT_INVALID', async () => bus().textStream(a, { segmentLength: 201 })],
    ];
    for (const [code, work] of wrong) await expect(work()).rejects.toMatchObject({ code });
  });
});
