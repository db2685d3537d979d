// npm start: counts how often it was started, and ends gracefully. npm start -- --crash: is killed right after a write.
import { CacheBackend, createApp, SnapshotManager } from 'respite';

const app = await createApp().start();
const { client } = app.get(CacheBackend);

const starts = await client.incr('starts');
await client.rpush('log', `start ${starts}`);
console.log(`start ${starts}, the log has ${await client.llen('log')} lines`);

// No goodbye, no snapshot: as when the power goes.
if (process.argv.includes('--crash')) process.kill(process.pid, 'SIGKILL');

const { health } = app.get(SnapshotManager).status();
if (health !== 'ok') console.log('snapshots are', health);
await app.stop(); // writes a last snapshot
