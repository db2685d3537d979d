import type { Redis } from 'ioredis';
import { CacheBackend, createApp } from 'respite';

/** What an application does with Redis; it gets a client, and does not know where that leads. */
export async function shop(client: Redis, subscriber: Redis): Promise<void> {
  await client.set('greeting', 'hello', 'EX', 60);
  console.log(await client.get('greeting'), await client.ttl('greeting'));

  await client.hset('product:1', { name: 'kettle', stock: 3 });
  const [[, stock], [, sold]] = (await client.multi().hincrby('product:1', 'stock', -1).incr('sold').exec()) ?? [
    [],
    [],
  ];
  console.log('stock', stock, 'sold', sold);

  const reserve = "local left = redis.call('HINCRBY', KEYS[1], 'stock', -ARGV[1]) return left";
  console.log('after a script', await client.eval(reserve, 1, 'product:1', 2));

  const told = new Promise<string>((resolve) =>
    subscriber.once('message', (_channel, message: string) => resolve(message)),
  );
  await subscriber.subscribe('orders');
  await client.publish('orders', 'a kettle');
  console.log('told of', await told);
}

async function main(): Promise<void> {
  const app = await createApp({ config: { log: { level: 'warn' } } }).start();
  const backend = app.get(CacheBackend);
  try {
    await shop(backend.client, backend.connection('subscriber'));
  } finally {
    await app.stop();
  }
}

void main();
