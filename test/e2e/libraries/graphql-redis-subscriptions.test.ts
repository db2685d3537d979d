import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Closing } from '../../support/closing';
import { inEveryPlace } from './places';

const closing = new Closing();
afterEach(() => closing.all());

inEveryPlace((place) => {
  /** Two instances of an application that share nothing but their Redis. */
  const instance = (): RedisPubSub =>
    closing.add(
      new RedisPubSub({ publisher: place().connection('commands'), subscriber: place().connection('subscriber') }),
      (opened) => opened.close(),
    );

  it('what one instance publishes, the subscribers of another get', async () => {
    const [publisher, subscriber] = [instance(), instance()];
    const received = new Promise((resolve) => {
      void subscriber.subscribe('posts', resolve).then(() => publisher.publish('posts', { title: 'caf\u00e9' }));
    });
    expect(await received).toEqual({ title: 'caf\u00e9' });
  });

  it('patterns and asynchronous iterators, until they return', async () => {
    const [publisher, subscriber] = [instance(), instance()];
    const posts = subscriber.asyncIterator<{ id: number }>('post.*', { pattern: true });
    const first = posts.next();
    const { client } = place().backend;
    while (Number(await client.pubsub('NUMPAT')) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await publisher.publish('post.added', { id: 1 });
    expect(await first).toEqual({ done: false, value: { id: 1 } });
    await posts.return();
    while (Number(await client.pubsub('NUMPAT')) !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await posts.next()).toEqual({ done: true, value: undefined });
  });
});
