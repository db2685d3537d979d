// An hour and more of a busy device, on a virtual clock: what it takes, keeps and forgets.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CacheBackend, Clock, createApp, MemoryStore, memoryModule, override, SnapshotManager } from 'respite';
import { VirtualClock } from 'respite/testing';
import { Device } from './device.mjs';

const MB = 1024 * 1024;
const SENSORS = 100;
const folder = mkdtempSync(join(tmpdir(), 'edge-'));
const clock = new VirtualClock(new Date('2030-01-01T00:00:00Z'));
let app;

before(async () => {
  const persistence = { data_dir: join(folder, 'data') };
  const config = { redis: { standalone: { persistence } } }; // the rest is respite.yaml's
  app = await createApp({ config, modules: [memoryModule], overrides: [override(Clock, clock)] }).start();
});
after(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

const used = async () => Number(/used_memory:(\d+)/.exec(await app.get(CacheBackend).client.info('memory'))[1]);
const onDisk = () =>
  readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);

test('memory, disk and retention hold for an hour', async (t) => {
  const device = new Device(app);
  await device.settings({ place: 'greenhouse 2' });
  await device.said('water at six');
  let [mostMemory, mostDisk] = [0, 0];
  for (let second = 0; second < 3600; second += 5) {
    const readings = Array.from({ length: SENSORS }, (_, sensor) =>
      device.reading(sensor, clock.now(), 'x'.repeat(64)),
    );
    await Promise.all(readings);
    await clock.advance(5000);
    if (second % 60 === 0) mostMemory = Math.max(mostMemory, await used());
    if (second % 600 === 0) {
      await app.get(SnapshotManager).snapshotNow();
      mostDisk = Math.max(mostDisk, onDisk());
    }
  }
  t.diagnostic(
    `72,000 readings; data at most ${(mostMemory / MB).toFixed(1)} MB, disk ${(mostDisk / MB).toFixed(1)} MB`,
  );
  assert.ok(mostMemory <= 32 * MB, `${mostMemory} bytes of data`);
  assert.ok(mostDisk <= 2 * 48 * MB, `${mostDisk} bytes on disk`);
  assert.equal((await device.history(0)).length, 720); // an hour of them, every 5 seconds
  assert.equal(await app.get(MemoryStore).count('operator'), 0); // said an hour ago, kept for half of one
});

test('an hour later what has a time to live is gone, and what has none is there', async () => {
  const { client } = app.get(CacheBackend);
  await clock.advance(3_600_000);
  await app.get(SnapshotManager).snapshotNow();
  assert.equal((await new Device(app).history(0)).length, 0);
  assert.deepEqual(await client.hgetall('settings'), { place: 'greenhouse 2' });
  assert.ok((await used()) < 2 * MB);
});

test('more than fits: the oldest readings go first, settings stay, nothing is refused', async () => {
  const { client } = app.get(CacheBackend);
  const device = new Device(app);
  for (let i = 0; i < 3000; i++) await device.reading('flood', clock.now() + i * 60_000, 'x'.repeat(20_000));
  assert.ok((await used()) <= 32 * MB);
  assert.match(await client.info('stats'), /evicted_keys:[1-9]/);
  assert.equal(await client.hget('settings', 'place'), 'greenhouse 2');
});
