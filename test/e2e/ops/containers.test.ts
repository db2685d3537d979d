import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { parseAllDocuments } from 'yaml';
import { listSettings, schema } from '../../../src/config';
import { variableOf } from '../../../src/config/setting';
import { runCommand, startCommand } from '../../support/cli';
import { leftIn } from '../../support/left-in';
import { startRedisServer } from '../../support/redis-server';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const OPS = join(__dirname, '../../../ops');
const read = (file: string): string => readFileSync(join(OPS, file), 'utf8');
const DOCKERFILE = read('docker/Dockerfile');
const FILES = ['docker', 'kubernetes', 'systemd'].flatMap((folder) =>
  readdirSync(join(OPS, folder)).map((name) => `${folder}/${name}`),
);

/** The instructions of the last stage, those of more than one line in one. */
const INSTRUCTIONS = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM') + 1)
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean)
  .map((line) => ({ name: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));

function instruction(name: string): string {
  const found = INSTRUCTIONS.filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0]?.rest ?? '';
}

/** What ENV sets, with `/data` in another place. */
function environment(data: string): Record<string, string> {
  const pairs = instruction('ENV')
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]); // it has no other form
  return Object.fromEntries(pairs.map(([name, value]) => [name, value.replace(/^\/data/, data)]));
}

it.each(FILES)('%s names only settings that there are', (file) => {
  const known = new Set([...listSettings(schema).map(({ path }) => variableOf(path)), 'RESPITE_CONFIG']);
  // Of the person who runs it, or of the build.
  const others = new Set(['RESPITE_PASSWORD', 'RESPITE_VERSION']);
  const named = read(file).match(/RESPITE_[A-Z_]+/g) ?? [];
  expect(named.filter((name) => !known.has(name) && !others.has(name))).toEqual([]);
});

it.each(FILES.filter((file) => file.endsWith('.yaml')))('%s can be read, and runs as nobody special', (file) => {
  const documents = parseAllDocuments(read(file));
  for (const document of documents) expect('errors' in document ? document.errors : []).toEqual([]);
  const text = JSON.stringify(documents);
  expect(text).toMatch(/"read_only":true|"readOnlyRootFilesystem":true|"clusterIP":"None"/);
});

it('the image is not run by root, and asks by "respite ping" for its health', () => {
  expect(instruction('USER')).toBe('node');
  expect(instruction('HEALTHCHECK')).toMatch(/CMD \["respite", "ping"\]$/);
  expect(instruction('STOPSIGNAL')).toBe('SIGTERM');
});

it('what the image does works in a plain directory: start, health, stop, and the data is there again', async () => {
  const root = await temporaryPath();
  const [data, tmp] = [join(root, 'data'), join(root, 'tmp')];
  for (const folder of [root, data, tmp]) mkdirSync(folder, { mode: 0o700 });
  const env = {
    ...environment(data),
    // Compose's; any port, since others run tests here.
    RESPITE_REDIS_STANDALONE_LISTENER_PASSWORD: 'secret',
    RESPITE_REDIS_STANDALONE_LISTENER_PORT: '0',
    TMPDIR: tmp,
  };
  const args = JSON.parse(instruction('CMD')) as string[];
  const health = /CMD (\[.*\])$/.exec(instruction('HEALTHCHECK'))?.[1] ?? '[]';
  const [, ...ping] = JSON.parse(health) as string[];
  for (const round of [1, 2]) {
    const running = startCommand([...args, '--json'], { cwd: data, env });
    const ready = JSON.parse(await running.line((line) => line.startsWith('{'))) as { url: string };
    expect(await runCommand(ping, { cwd: data, env })).toMatchObject({ code: 0 });
    const client = new Redis(ready.url.replace('0.0.0.0', '127.0.0.1'), { password: 'secret' });
    expect(await client.incr('rounds')).toBe(round);
    client.disconnect();
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await runCommand(ping, { cwd: data, env })).toMatchObject({ code: 1 });
  }
  expect(readdirSync(data)).toEqual(['respite']);
  expect(leftIn(tmp)).toEqual([]);
});

it('distributed: the environment of the compose file, on a real Redis', async () => {
  const redis = await startRedisServer();
  try {
    const [document] = parseAllDocuments(read('docker/compose.distributed.yaml'));
    const { services } = (document as { toJS(): unknown }).toJS() as {
      services: { respite: { environment: Record<string, string> } };
    };
    const env = {
      ...environment('/nowhere'),
      ...services.respite.environment,
      RESPITE_REDIS_URL: `redis://127.0.0.1:${String(redis.port)}`,
      RESPITE_METRICS_TOKEN: 'token',
      RESPITE_METRICS_PORT: '0',
    };
    const cwd = await temporaryPath();
    mkdirSync(cwd);
    const running = startCommand([...(JSON.parse(instruction('CMD')) as string[]), '--json'], { cwd, env });
    const ready = JSON.parse(await running.line((line) => line.startsWith('{"event":"ready"'))) as { health: string };
    const [live, ok] = await Promise.all([fetch(`${ready.health}/healthz`), fetch(`${ready.health}/readyz`)]);
    expect([live.status, ok.status]).toEqual([200, 200]);
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
  } finally {
    await redis.stop();
  }
});

it('the unit for systemd is one', () => {
  const verify = spawnSync('systemd-analyze', ['verify', join(OPS, 'systemd/respite.service')], { encoding: 'utf8' });
  if (verify.error === undefined) expect(verify.stderr).not.toMatch(/respite\.service:\d+:/);
  expect(read('systemd/respite.service')).toMatch(/^ExecStart=\/usr\/bin\/env respite start /m);
});
