/**
 * `npm run build`: compiles src to dist, copies the Lua scripts, and removes what a source that has gone left behind: it
 * would shadow others.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, readdirSync, rmSync } = require('node:fs');
const { basename, join, relative } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');

if (existsSync(dist)) {
  for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const output = join(file.parentPath ?? file.path, file.name);
    const source = join(root, 'src', relative(dist, output).replace(/(\.d\.ts|\.js)$/, '.ts'));
    if (file.isFile() && /(\.d\.ts|\.js|\.lua)$/.test(file.name) && !existsSync(source)) rmSync(output);
  }
}

for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
  // Nor does the compiler copy what is declarations already, of a public module.
  if (file.endsWith('.lua') || basename(file) === 'drop-in.d.ts') cpSync(join(root, 'src', file), join(dist, file));
}

const tsc = require.resolve('typescript/bin/tsc');
// What it has to say goes to stderr: npm reads the output of `npm pack --json`.
const stdio = ['ignore', 2, 2];
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio });
process.exitCode = status ?? 1;
