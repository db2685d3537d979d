import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const run = promisify(execFile);

/**
 * FR-15: the example is a plug-in as a third party writes it; scripts/smoke-test.js runs it on the packed package. The other
 * one is the same as it was when version 1 of the contract came out: it is not to be changed while that is the version.
 */
describe.each(['examples/plugin-backend', 'test/e2e/plugin-v1'])('%s', (folder) => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'respite-plugin-'));
    cpSync(join(root, folder), project, { recursive: true });
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(root, join(project, 'node_modules/respite'));
    symlinkSync(join(root, 'node_modules/ioredis'), join(project, 'node_modules/ioredis'));
  });
  afterAll(() => {
    rmSync(project, { recursive: true });
  });

  it('serves an application', async () => {
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: project });
    expect(stdout).toBe('local-server says hello\n');
  });

  it('passes the conformance suite under node:test', async () => {
    // Jest's own variable would make node:test report to somebody else.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter', 'tap'], { cwd: project, env });
    expect(stdout).toContain('# fail 0');
    expect(stdout).toMatch(/# pass 1[0-9]/);
  });
});
