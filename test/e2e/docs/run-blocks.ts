import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { loadConfig } from '../../../src/config';
import { runCommand, startCommand } from '../../support/cli';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { type Block, blocks } from './blocks';

const ROOT = join(__dirname, '../../..');
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

/** Declares the tests that run the blocks of the pages that `accept` takes: programs, configurations, commands; on another `node` programs alone. */
export function runBlocks(accept: (page: string) => boolean, node = process.execPath): void {
  const of = (language: string): [string, Block][] => blocks(language).filter(([where]) => accept(where));
  let project: Project;
  beforeAll(async () => {
    project = await Project.create();
  });
  afterAll(() => project.remove());

  const printing = of('ts').filter(([, { output }]) => output !== undefined);
  it.each([...of('js'), ...printing])('the program in %s runs and prints what it says', async (_, block) => {
    const stdout = await project.program(block, node);
    expect(stdout).toBe(block.output ?? stdout);
  });

  if (node !== process.execPath) return;
  for (const [where, { code }] of of('yaml'))
    it(`the configuration in ${where} is valid`, () => {
      project.validate(code);
    });

  for (const [where, { code }] of of('sh')) it(`the commands in ${where} work`, () => project.commands(code));
}

/** A project of somebody's, and a Redis, which the pages call redis.example:6379. */
class Project {
  private constructor(
    private readonly folder: string,
    private readonly server: RedisServer,
  ) {}

  static async create(): Promise<Project> {
    const folder = mkdtempSync(join(tmpdir(), 'respite-docs-'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'respite.key'), randomBytes(32).toString('hex')); // as the page on persistence has it made
    symlinkSync(ROOT, join(folder, 'node_modules/respite'));
    for (const name of PACKAGES) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    return new Project(folder, await startRedisServer());
  }

  async remove(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  async program({ code, language }: Block, node: string): Promise<string> {
    const file = join(this.folder, 'program.mjs');
    writeFileSync(file, language === 'ts' ? (await transform(code, { loader: 'ts' })).code : code);
    return (await promisify(execFile)(node, [file], { cwd: this.folder })).stdout;
  }

  validate(code: string): void {
    writeFileSync(join(this.folder, 'shown.yaml'), code);
    const env = { RESPITE_REDIS_PASSWORD: 'secret' }; // where the guides put it
    expect(() => loadConfig({ configFile: join(this.folder, 'shown.yaml'), env })).not.toThrow();
  }

  async commands(code: string): Promise<void> {
    const real = code.replaceAll('redis.example:6379', `${this.server.host}:${String(this.server.port)}`);
    for (const line of real.split('\n').filter(Boolean)) {
      const [command, ...args] = line.split(' ');
      expect(command).toBe('respite');
      if (args[0] === 'start' || /^--(name|memory)$/.test(args[0] ?? '')) await this.#serve(args);
      else expect(await runCommand(args, { cwd: this.folder })).toMatchObject({ code: 0, faults: '' });
    }
  }

  async #serve(args: readonly string[]): Promise<void> {
    // Any port: whoever runs these tests may need Redis' own.
    const env = { RESPITE_REDIS_STANDALONE_LISTENER_PORT: '0', XDG_DATA_HOME: this.folder };
    const started = startCommand(args, { cwd: this.folder, env });
    await started.line((text) => text.startsWith('Ctrl-C'));
    started.process.kill('SIGTERM');
    expect(await started.ended).toMatchObject({ code: 0 });
  }
}
