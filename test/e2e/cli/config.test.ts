import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectGolden, runCommand } from '../../support/cli';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'respite-cli-'));
  writeFileSync(
    join(cwd, 'respite.yaml'),
    'mode: standalone\nredis:\n  password: hunter2\n  standalone: { max_memory: 64mb }\n',
  );
  writeFileSync(
    join(cwd, 'wrong.yaml'),
    'mode: standalon\nredis: { pasword: hunter2, db: -1, standalone: { persistence: { generations: 2 } } }\n',
  );
  writeFileSync(join(cwd, 'broken.yaml'), 'redis: [\n');
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const golden = (name: string): string => join(__dirname, 'golden', name);
const env = { RESPITE_REDIS_CONNECT_TIMEOUT: '2s' };

describe('FR-12: respite config', () => {
  it.each([
    ['show', 'config-show.txt', 0],
    ['show --json', 'config-show.json', 0],
    ['validate', 'config-validate.txt', 0],
    ['validate --json', 'config-validate.json', 0],
    ['validate --config wrong.yaml', 'config-validate-wrong.txt', 2],
    ['validate --config wrong.yaml --json', 'config-validate-wrong.json', 2],
    ['validate --config broken.yaml', 'config-validate-broken.txt', 2],
    ['diagnostics', 'config-diagnostics.txt', 0],
    ['diagnostics --json', 'config-diagnostics.json', 0],
    [
      'diagnostics --mode distributed --set redis.url=rediss://u:hunter2@cache:6380/1',
      'config-diagnostics-distributed.txt',
      2,
    ],
    ['diagnostics --set redis.mode=distributed', 'config-diagnostics-mixed.txt', 0],
    ['show --no-such-flag', 'config-usage.txt', 2],
    ['', 'config-help.txt', 2],
  ])('config %s', async (args, file, code) => {
    const result = await runCommand(['config', ...args.split(' ').filter(Boolean)], { cwd, env });
    const output = [result.stdout, result.stderr].filter(Boolean).join('--- stderr\n').replaceAll(cwd, '<cwd>');
    expectGolden(golden(file), output);
    expect(result.code).toBe(code);
    expect(output).not.toContain('hunter2');
  });
});
