import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../../src/config';
import { runCommand, startCommand } from '../../support/cli';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { type Block, blocks } from './blocks';

const root = join(__dirname, '../../..');
/** What the programs import besides ours. */
const PACKAGES = [
  'ioredis',
  'bullmq',
  'redlock',
  'rate-limiter-flexible',
  'prom-client',
  'keyv',
  'cache-manager',
  '@keyv',
  'redis',
  '@redis',
  'connect-redis',
  'express-rate-limit',
  'rate-limit-redis',
  '@modelcontextprotocol',
  '@upstash',
];

let project: string;
/** What the guides call redis.example:6379. */
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
  project = mkdtempSync(join(tmpdir(), 'respite-docs-'));
  mkdirSync(join(project, 'node_modules'));
  writeFileSync(join(project, 'respite.key'), randomBytes(32).toString('hex')); // as the page on persistence has it made
  symlinkSync(root, join(project, 'node_modules/respite'));
  for (const name of PACKAGES) symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
});
afterAll(async () => {
  await server.stop();
  rmSync(project, { recursive: true });
});

describe('what the documentation shows', () => {
  // These have a test of their own.
  const hasItsOwn = ([where]: [string, Block]): boolean => /^docs\/(guides\/recipes|runbooks\/)/.test(where);
  const programs = blocks('js').filter((each) => !hasItsOwn(each));
  it.each(programs)('the program in %s runs and prints what it says', async (_, { code, output }) => {
    const file = join(project, 'program.mjs');
    writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: project });
    expect(stdout).toBe(output ?? stdout);
  });

  it.each(blocks('yaml'))('the configuration in %s is valid', (_, { code }) => {
    writeFileSync(join(project, 'shown.yaml'), code);
    const env = { RESPITE_REDIS_PASSWORD: 'secret' }; // where the guides put it
    expect(() => loadConfig({ configFile: join(project, 'shown.yaml'), env })).not.toThrow();
  });

  it.each(blocks('sh').filter((each) => !hasItsOwn(each)))('the commands in %s work', async (_, { code }) => {
    const real = code.replaceAll('redis.example:6379', `${server.host}:${String(server.port)}`);
    for (const line of real.split('\n').filter(Boolean)) {
      const [command, ...args] = line.split(' ');
      expect(command).toBe('respite');
      const serves = args[0] === 'start' || /^--(name|memory)$/.test(args[0] ?? '');
      if (serves) {
        // Any port: whoever runs these tests may need Redis' own.
        const env = { RESPITE_REDIS_STANDALONE_LISTENER_PORT: '0', XDG_DATA_HOME: project };
        const started = startCommand(args, { cwd: project, env });
        await started.line((text) => text.startsWith('Ctrl-C'));
        started.process.kill('SIGTERM');
        expect(await started.ended).toMatchObject({ code: 0 });
      } else expect(await runCommand(args, { cwd: project })).toMatchObject({ code: 0, stderr: '' });
    }
  });
});
