import { TaskConfigStore, tasksModule } from '../../../../src';
import { inEveryPlace } from './places';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

inEveryPlace([tasksModule], (place) => {
  const store = (): TaskConfigStore => place().app.get(TaskConfigStore);
  const lives = (id: string, part: string): Promise<number> => place().client.pttl(`tasks:{${id}}:${part}`);

  it('FR-8: a configuration and its metadata are saved, read and deleted, each by itself', async () => {
    expect(await store().get('t')).toBeUndefined();
    await store().save('t', { tool: 'search', retries: 3 });
    await store().saveMetadata('t', null);
    expect(await store().get('t')).toEqual({ tool: 'search', retries: 3 });
    expect(await store().getMetadata('t')).toBeNull();
    await store().save('t', 'other');
    expect(await store().get('t')).toBe('other');
    expect(await store().delete('t')).toBe(true);
    expect(await store().delete('t')).toBe(false);
    expect(await store().get('t')).toBeUndefined();
    expect(await store().deleteMetadata('t')).toBe(true);
    expect(await store().getMetadata('t')).toBeUndefined();
    expect(await place().client.exists('tasks:{t}:config', 'tasks:{t}:metadata')).toBe(0);
  });

  it('reading keeps a task for a day from then on, and never makes its life shorter', async () => {
    await store().save('t', 1);
    await store().saveMetadata('t', 1);
    expect(await store().ttl('t')).toBeGreaterThan(DAY_MS - HOUR_MS);
    await place().client.pexpire('tasks:{t}:config', HOUR_MS);
    await place().client.pexpire('tasks:{t}:metadata', HOUR_MS);
    await store().get('t');
    expect(await lives('t', 'config')).toBeGreaterThan(DAY_MS - HOUR_MS);
    expect(await lives('t', 'metadata')).toBeGreaterThan(DAY_MS - HOUR_MS);
    expect(await store().extend('t', 2 * DAY_MS)).toBe(true);
    await store().getMetadata('t');
    expect(await store().extend('t', HOUR_MS)).toBe(true);
    expect(await store().ttl('t')).toBeGreaterThan(2 * DAY_MS - HOUR_MS);
    expect(await lives('t', 'metadata')).toBeGreaterThan(2 * DAY_MS - HOUR_MS);
    expect(await store().extend('nobody', 1000)).toBe(false);
    expect(await store().ttl('nobody')).toBeUndefined();
  });

  it('retention.tasks is how long that is; 0 is forever', async () => {
    const brief = (await place().another({ config: { retention: { tasks: '1h' } } })).get(TaskConfigStore);
    await brief.save('t', 1);
    expect(await store().ttl('t')).toBeLessThanOrEqual(HOUR_MS);
    const forever = (await place().another({ config: { retention: { tasks: 0 } } })).get(TaskConfigStore);
    await forever.save('u', 1);
    expect(await store().get('u')).toBe(1);
    expect(await store().extend('u', 1000)).toBe(true);
    expect(await store().ttl('u')).toBe(Infinity);
  });

  it('an expired task is gone', async () => {
    const brief = (await place().another({ config: { retention: { tasks: '10ms' } } })).get(TaskConfigStore);
    await brief.save('t', 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await store().get('t')).toBeUndefined();
    expect(await store().keys()).toEqual([]);
  });

  it('all ids are listed, on whatever node they are, whatever characters they have', async () => {
    const ids = [
      ...Array.from({ length: 1200 }, (_, i) => `task ${String(i).padStart(4, '0')}`),
      '{a}',
      '}b%7D',
      'ü*?[x]',
    ];
    await Promise.all(ids.map((id) => store().save(id, id)));
    await store().saveMetadata('metadata only', 1);
    await place().client.set('tasks:stray', 'not ours');
    expect(await store().keys()).toEqual([...ids].sort());
    for (const id of ids.slice(-3)) expect(await store().get(id)).toBe(id);
  });

  it('what another program wrote is a coded error', async () => {
    await place().client.set('tasks:{t}:config', '{"half":');
    await expect(store().get('t')).rejects.toMatchObject({
      code: 'STORED_DATA_INVALID',
      message: expect.stringContaining('The config of the task "t" is not JSON'),
    });
    await place().client.rpush('tasks:{l}:config', 'x');
    await expect(store().get('l')).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    await store().save('l', 'mine again');
    expect(await store().get('l')).toBe('mine again');
  });

  it('input that cannot be used is refused', async () => {
    await expect(store().save('', 1)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(store().save('t', undefined)).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' });
    await expect(store().save('t', 'ü'.repeat(2 ** 23))).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' });
    await expect(store().extend('t', -1)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await store().keys()).toEqual([]);
  });
});
