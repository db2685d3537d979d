import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedisServer } from '../../support/redis-server';
import { follow } from './follow';

it('a Redis becomes the replica of an application, and then a master', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'replicas-guide-'));
  const redis = await startRedisServer();
  try {
    const instead = { '6379': String(await freePort()), '6380': String(redis.port) };
    expect(await follow('docs/guides/replicas.md', { cwd, instead })).toBe(4);
    expect(existsSync(join(cwd, 'copy.rdb'))).toBe(true);
  } finally {
    await redis.stop();
    rmSync(cwd, { recursive: true });
  }
});
