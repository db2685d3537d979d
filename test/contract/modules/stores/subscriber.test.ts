import { once } from 'node:events';
import { CacheBackend } from '../../../../src';
import { SharedSubscriber } from '../../../../src/modules/stores/support';
import { inEveryPlace } from './places';

inEveryPlace([], (place) => {
  it('listens, from whatever moment of connecting on', async () => {
    const backend = place().app.get(CacheBackend);
    const client = backend.connection('subscriber');
    const subscriber = new SharedSubscriber(
      Object.create(backend, { connection: { value: () => client } }) as CacheBackend,
    );
    const heard: string[] = [];
    const listen = (name: string) => subscriber.listen([{ kind: 'channel', name }], (message) => heard.push(message));
    const failures: unknown[] = [];
    client.on('error', (failure) => failures.push(failure));
    // The first opens the connection. ioredis is connected before it is ready.
    const listening = [listen('moments:first')];
    await once(client, 'connect').then(async () => {
      const stopped = listen('moments:stopped');
      listening.push(listen('moments:connected'));
      (await stopped)();
      listening.push(listen('moments:ready'));
    });
    await Promise.all(listening);
    for (const name of ['first', 'stopped', 'connected', 'ready'])
      await place().client.publish(`moments:${name}`, name);
    // A cluster's nodes pass on what was published at each of them in no order.
    while (!['connected', 'first', 'ready'].every((name) => heard.includes(name))) await once(client, 'message');
    expect(heard.sort()).toEqual(['connected', 'first', 'ready']);
    expect(failures).toEqual([]);
    subscriber.close();
  });
});
