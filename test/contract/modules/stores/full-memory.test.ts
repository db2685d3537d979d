import {
  IdempotencyStore,
  LockManager,
  locksModule,
  memoryModule,
  MemoryStore,
  resourcesModule,
  ResourceStore,
  TaskConfigStore,
  tasksModule,
  webhooksModule,
} from '../../../../src';
import { clusterOf } from '../../../../src/modules/cache';
import { inEveryPlace } from './places';

const key = { project: 'p', type: 't', id: 'i' };

inEveryPlace([memoryModule, resourcesModule, locksModule, tasksModule, webhooksModule], (place) => {
  const setLimit = async (bytes: number): Promise<void> => {
    const { client } = place();
    const nodes = clusterOf(client)?.nodes('master') ?? [client];
    for (const node of nodes) await node.config('SET', 'maxmemory', bytes);
  };
  afterEach(() => setLimit(0));

  it('when the memory is full, what adds data fails as a whole, and what there is can be read and removed', async () => {
    const { app } = place();
    const [memory, resources] = [app.get(MemoryStore), app.get(ResourceStore)];
    const [tasks, webhooks, locks] = [app.get(TaskConfigStore), app.get(IdempotencyStore), app.get(LockManager)];
    await memory.append('c', ['x', 'y', 'z'], { tokens: [1, 2, 3] });
    const etag = await resources.put(key, 1);
    await tasks.save('t', 1);
    const lock = await locks.acquire('r');
    const begun = await webhooks.begin('hook', 60_000);
    if (begun.status !== 'started') throw new Error('nobody else begins it');

    await setLimit(1);
    for (const work of [
      () => memory.append('c', ['more'], { tokens: 1 }),
      () => memory.append('new', ['more']),
      () => memory.setTokens('new', 1),
      () => memory.markFlushPending('c'),
      () => resources.put(key, 2),
      () => resources.put({ ...key, id: 'new' }, 2),
      () => resources.putIfMatch(key, 2, etag),
      () => tasks.save('new', 1),
      () => webhooks.begin('new', 60_000),
      () => webhooks.complete('hook', begun.token, 1),
      () => locks.acquire('new'),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('OOM') });
    }
    expect(await memory.read('c')).toEqual(['x', 'y', 'z']);
    expect(await resources.listWithValues('p', 't')).toEqual([{ key, value: 1, etag }]);
    expect(await tasks.get('t')).toBe(1);
    await lock.refresh();

    expect(await memory.trim('c', 2)).toEqual({ messages: 2, tokens: 5 });
    expect(await memory.replace('c', ['summary'], { tokens: 1 })).toEqual({ messages: 1, tokens: 1 });
    expect(await memory.delete('c')).toBe(true);
    expect(await resources.delete(key)).toBe(true);
    expect(await resources.list('p', 't')).toEqual([]);
    expect(await tasks.delete('t')).toBe(true);
    await webhooks.fail('hook', begun.token);
    await lock.release();
  });
});
