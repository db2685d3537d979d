'use strict';
const { execFileSync } = require('node:child_process');
const { cpSync, existsSync, mkdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const wanted = join(__dirname, 'package.json');
/** Below our node_modules: what Nest asks of others (rxjs, ioredis, BullMQ) is ours. */
const folder = join(__dirname, '../../../node_modules/.cache/nestjs-10');
const installed = join(folder, 'installed.json');

/** Lays Nest 10 out beside the Nest of our devDependencies, once. */
module.exports = () => {
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(wanted, 'utf8')) return;
  mkdirSync(folder, { recursive: true });
  cpSync(wanted, join(folder, 'package.json'));
  const args = ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  cpSync(wanted, installed);
};
