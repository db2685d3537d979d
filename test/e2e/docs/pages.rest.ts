import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runBlocks } from './run-blocks';

describe('what the other pages show', () => {
  // Runbooks and docs/start are followed by tests of their own.
  runBlocks((page) => !/^(README|docs\/(guides|runbooks|start)\/)/.test(page));
});

/** The oldest Node that package.json takes, as npm has it. */
const OLDEST = '20.19.0';
const folder = mkdtempSync(join(tmpdir(), 'respite-oldest-node-'));
const oldest = join(folder, 'node_modules/node/bin/node');

describe(`what all pages show, on Node ${OLDEST}`, () => {
  beforeAll(async () => {
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--prefix', folder, `node@${OLDEST}`];
    await promisify(execFile)('npm', args);
    expect((await promisify(execFile)(oldest, ['--version'])).stdout).toBe(`v${OLDEST}\n`);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  runBlocks((page) => /^(README|docs\/(guides\/(?!recipes)|deployment|configuration))/.test(page), oldest);
});
