import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../support/cli';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster';
import { type SentinelTrio, startSentinelTrio } from '../support/redis-sentinel';

const ENTRY = JSON.stringify(join(__dirname, '../../dist'));

let trio: SentinelTrio;
let cluster: RedisCluster;
beforeAll(async () => {
  [trio, cluster] = await Promise.all([startSentinelTrio(), startRedisCluster()]);
});
afterAll(() => Promise.all([trio.stop(), cluster.stop()]));

const topologies = [
  [
    'one server',
    () => [`redis.addr=127.0.0.1:${String(trio.master.port)}`],
    () => `redis://127.0.0.1:${String(trio.master.port)}`,
  ],
  [
    'sentinels',
    () => [`redis.sentinels=${trio.addresses.join(',')}`, `redis.sentinel_name=${trio.name}`],
    () => `redis-sentinel://${trio.addresses.join(',')}/${trio.name}`,
  ],
  [
    'a Redis Cluster',
    () => [`redis.cluster_nodes=${cluster.addresses.join(',')}`],
    () => `redis://${cluster.addresses.join(',')}`,
  ],
] as const;

const flags = (settings: readonly string[]): string[] => settings.flatMap((setting) => ['--set', setting]);

describe.each(topologies)('on %s', (_, settings, url) => {
  it('FR-14: a process that starts, works and stops the application ends by itself', async () => {
    const source = `const { createApp, CacheBackend } = require(${ENTRY});
      (async () => {
        const app = await createApp({ argv: ${JSON.stringify(flags(settings()))}, configFile: false, env: {} }).start();
        const backend = app.get(CacheBackend);
        await backend.client.set('key', 'value');
        await backend.connection('subscriber').subscribe('news');
        const blocking = backend.connection('blocking');
        blocking.blpop('queue', 0).catch(() => undefined);
        console.log(await backend.client.get('key'));
        await app.stop();
      })();`;
    const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    expect(text).toBe('value\n');
    expect(await ended).toEqual([0, null]);
  });

  it('FR-12: respite start serves until it is told to stop, and says where Redis is', async () => {
    const {
      process: running,
      line,
      ended,
    } = startCommand(['start', '--json', ...flags(settings())], { cwd: tmpdir() });
    expect(JSON.parse(await line((text) => text.includes('"ready"')))).toMatchObject({
      mode: 'distributed',
      url: url(),
    });
    running.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });
});
