import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../../..');
const readme = readFileSync(join(root, 'examples/migration-demo/README.md'), 'utf8');

let folder: string;
/** The example as after `npm install`: its own folder, with the packages beside it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'respite-demo-'));
  cpSync(join(root, 'examples/migration-demo'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.cache' && name !== 'respite')
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(root, join(folder, 'node_modules/respite'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('examples/migration-demo moves to a Redis and back while it serves, and prints what its README says', async () => {
  const command = /\nnpm run (\w+)\n/.exec(readme)?.[1] ?? '';
  const said = /```text\n([^]*?)```/.exec(readme)?.[1];
  const { stdout, stderr } = await promisify(execFile)('npm', ['run', '--silent', command], { cwd: folder });
  expect(stdout).toBe(said);
  expect(stderr.match(/writers waited [\d.]+ ms until the target had everything/g)).toHaveLength(2);
});
