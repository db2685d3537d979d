/** `npm start`: builds, then serves standalone in this very process, so that signals reach it. */
'use strict';
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const root = join(__dirname, '..');
const tsc = require.resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

process.argv.splice(2, 0, 'start', '--standalone', '--guide');
require('../dist/cli/main.js');
