/**
 * `prepare` (after `npm ci` here, and in the copy npm makes of a git address) builds, so that nobody gets a package without
 * code. `npm ci --omit=dev` leaves the compiler out: then there is nothing to do but say so. `prepack`, which npm runs
 * before it, has the compiler installed if it is missing: `npm pack` and `npm publish` work in a fresh clone.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

if (process.argv.includes('--install')) {
  if (!existsSync(compiler)) install();
} else if (existsSync(compiler)) {
  void require('./build')
    .build()
    .then((built) => {
      process.exitCode = built ? 0 : 1;
    });
} else console.error('respite is not built here: that needs the development dependencies (npm ci without --omit=dev).');

function install() {
  // Its own `prepare` comes right after; npm calls itself the same way whatever the platform.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { npm_execpath: npm } = process.env;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status } = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  process.exitCode = status ?? 1;
}
