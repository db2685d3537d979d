import { CacheBackend, createApp, memoryModule } from 'respite';
import { Device } from './device.mjs';

const app = await createApp({ modules: [memoryModule] }).start();
const device = new Device(app);
await device.settings({ place: 'greenhouse 2' });
await device.reading('temperature', Date.now(), 21.5);

const memory = await app.get(CacheBackend).client.info('memory');
console.log(`data ${/used_memory_human:(\S+)/.exec(memory)[1]} of ${/maxmemory_human:(\S+)/.exec(memory)[1]}`);
console.log(
  `process ${Math.round(process.memoryUsage.rss() / 1e6)} MB, below 128: ${process.memoryUsage.rss() < 128e6}`,
);
console.log(`${(await device.history('temperature')).length} readings kept`);
await app.stop();
