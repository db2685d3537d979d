import { CacheBackend, createApp } from 'respite';
import { localServer } from './local-server.mjs';

const app = await createApp({
  plugins: [localServer],
  config: { mode: 'standalone', redis: { provider: 'local-server' }, log: { level: 'warn' } },
}).start();
const { client, name } = app.get(CacheBackend);
await client.set('greeting', 'hello');
console.log(`${name} says ${await client.get('greeting')}`);
await app.stop();
