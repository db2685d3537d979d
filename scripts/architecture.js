/**
 * `npm run architecture`: draws the pictures of docs/architecture.md from the imports in src, as dependency-cruiser finds
 * them. With `--check` it writes nothing, and fails when a picture is stale, when an arrow does not run down the floors, or
 * when the page names a file that is not there.
 *
 * `--graph FILE` takes the graph from a file (`depcruise --output-type json`), `--page FILE` another page: for tests.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { draw, putPicture } = require('./architecture/draw.js');
const { ENGINE, HOUSE } = require('./architecture/floors.js');
const { complaints, roomFinder, roomsOf } = require('./architecture/rooms.js');

const root = join(__dirname, '..');

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, graph: { type: 'string' }, page: { type: 'string' } },
});

/** The imports of all files in src. */
function readGraph() {
  if (options.graph !== undefined) return JSON.parse(readFileSync(options.graph, 'utf8'));
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [depcruise, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  // Whatever its exit code is: what breaks a rule is reported by `npm run check:imports`.
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(`dependency-cruiser answered nothing: ${stderr}`);
  return JSON.parse(stdout);
}

/** Paths that the page names in backticks, of files and folders; `*` and `GROUP` stand for some. */
function deadNames(page) {
  const names = [...page.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]*)`/g)].map(([, name]) => name);
  return [...new Set(names)].filter((name) => !existsSync(join(root, name)));
}

const { modules } = readGraph();
const file = options.page ?? join(root, 'docs/architecture.md');
const page = readFileSync(file, 'utf8');
const house = roomsOf(modules, 'src', roomFinder(HOUSE));
const engine = roomsOf(modules, 'src/engine', roomFinder(ENGINE));

let drawn = putPicture(page, 'house', draw(house, HOUSE));
drawn = putPicture(drawn, 'engine', draw(engine, ENGINE));

const wrong = [
  ...complaints(house, HOUSE),
  ...complaints(engine, ENGINE),
  ...deadNames(page).map((name) => `docs/architecture.md names ${name}, which is not there`),
];
if (drawn !== page) {
  if (options.check) wrong.push('the pictures of docs/architecture.md are stale: npm run architecture');
  else writeFileSync(file, drawn);
}
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
