/**
 * Installs examples/agent-host as its users do: from the packed package, with its own lock. `node scripts/install-agent-host.js`
 * prints the folder, which is made anew when the package or the example has changed. Needs `npm run build`.
 */
'use strict';
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { dirname, join, relative } = require('node:path');

const root = join(__dirname, '..');
const example = join(root, 'examples/agent-host');
const cache = join(root, 'node_modules/.cache/agent-host');
const LEFT_OUT = /(^|\/)(node_modules|dist|respite-data.*|.*\.key|.*\.token)(\/|$)/;

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });

const sources = () =>
  readdirSync(example, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(example, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !LEFT_OUT.test(file))
    .sort();

/** @returns the folder of the installed and built example */
function install() {
  mkdirSync(cache, { recursive: true });
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', cache], root),
  );
  const digest = createHash('sha256').update(readFileSync(join(cache, filename)));
  for (const file of sources()) digest.update(file).update(readFileSync(join(example, file)));
  const folder = join(cache, digest.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}`;
  for (const file of sources()) {
    mkdirSync(dirname(join(made, file)), { recursive: true });
    cpSync(join(example, file), join(made, file));
  }
  renameSync(join(cache, filename), join(made, 'respite.tgz'));
  for (const file of ['package.json', 'package-lock.json']) {
    const text = readFileSync(join(made, file), 'utf8');
    writeFileSync(join(made, file), text.replaceAll('"file:../.."', '"file:respite.tgz"'));
  }
  run('npm', ['ci', '--no-audit', '--loglevel', 'error'], made);
  run('npm', ['run', '--silent', 'build'], made);
  if (existsSync(folder)) rmSync(made, { recursive: true });
  else renameSync(made, folder);
  return folder;
}

module.exports = { install };
if (require.main === module) console.log(install());
