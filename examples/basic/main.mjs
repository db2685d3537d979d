import { CacheBackend, createApp } from 'respite';

const app = await createApp({ config: { log: { level: 'warn' } } }).start();
const backend = app.get(CacheBackend);
const { client } = backend;

await client.set('greeting', 'hello', 'EX', 60);
console.log(await client.get('greeting'), await client.ttl('greeting'));

await client.hset('product:1', { name: 'kettle', stock: 3 });
const [[, stock], [, sold]] = await client.multi().hincrby('product:1', 'stock', -1).incr('sold').exec();
console.log('stock', stock, 'sold', sold);

const reserve = "local left = redis.call('HINCRBY', KEYS[1], 'stock', -ARGV[1]) return left";
console.log('after a script', await client.eval(reserve, 1, 'product:1', 2));

const subscriber = backend.connection('subscriber');
const told = new Promise((resolve) => subscriber.once('message', (_channel, message) => resolve(message)));
await subscriber.subscribe('orders');
await client.publish('orders', 'a kettle');
console.log('told of', await told);

await app.stop();
