/**
 * `npm run build`: what is loaded (scripts/bundle.mjs) and its declarations (tsc, which checks everything) into `dist`;
 * removes what a source that has gone left behind.
 */
'use strict';
const { spawn } = require('node:child_process');
const { cpSync, existsSync, readdirSync, rmSync } = require('node:fs');
const { once } = require('node:events');
const { basename, dirname, join, relative } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const types = join(dist, 'types');

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

/** @returns {Promise<number>} the compiler's exit code */
async function declare() {
  const sources = filesIn(join(root, 'src'));
  const expected = new Set(sources.map((file) => relative(join(root, 'src'), file).replace(/(\.d)?\.ts$/, '.d.ts')));
  if (existsSync(types)) {
    for (const file of filesIn(types)) if (!expected.has(relative(types, file))) rmSync(file);
  }
  const tsc = require.resolve('typescript/bin/tsc');
  // What it has to say goes to stderr: npm reads the output of `npm pack --json`.
  const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] });
  const [status] = await once(child, 'exit');
  // The compiler does not copy what are declarations already, of a public module.
  for (const file of sources.filter((source) => basename(source) === 'drop-in.d.ts'))
    cpSync(file, join(types, relative(join(root, 'src'), file)));
  return status ?? 1;
}

/** What an earlier build made, or one of another version. */
function removeOthers(files) {
  const kept = new Set([...files, 'types', '.tsbuildinfo'].map((file) => join(dist, file)));
  for (const file of filesIn(dist)) if (!kept.has(file) && !file.startsWith(types)) rmSync(file);
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    const path = join(dist, entry.name);
    if (entry.isDirectory() && path !== types && !files.some((file) => dirname(join(dist, file)) === path))
      rmSync(path, { recursive: true });
  }
}

/** @returns {Promise<boolean>} whether all is well */
async function build() {
  const { bundleAll } = await import('./bundle.mjs');
  const [files, status] = await Promise.all([bundleAll(), declare()]);
  removeOthers(files);
  return status === 0;
}

module.exports = { build };

if (require.main === module) {
  void build().then((built) => {
    process.exitCode = built ? 0 : 1;
  });
}
