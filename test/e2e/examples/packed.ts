import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../../..');
let folder: string | undefined;
let tarball: Promise<string> | undefined;

/** The package as it is published, packed once for a file of tests from what is built. @returns the path of the tarball */
export function packed(): Promise<string> {
  return (tarball ??= pack());
}

/** Installs the packed package, and others (`name@version`), into an empty project. */
export async function installPacked(folder: string, others: readonly string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // Without peers: they are named among the others, or frameworks that are not used.
  const options = ['--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...options, await packed(), ...others], { cwd: folder });
}

/** For `afterAll`. */
export function removePacked(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
}

async function pack(): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'respite-packed-'));
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 1e8 });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]; // what `npm pack --json` prints
  return join(folder, filename);
}
