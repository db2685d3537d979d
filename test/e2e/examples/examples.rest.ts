import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedisServer } from '../../support/redis-server';
import { Served } from '../docs/served';
import { follow, type Following } from '../docs/follow';
import { packed, removePacked } from './packed';

/** The examples, as their READMEs say, from the packed package. */

const ROOT = join(__dirname, '../../..');
const TEMPORAL = require.resolve('../../support/temporal/temporal-program.js');
const opened: (() => unknown)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'respite-example-'));
});
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(removePacked);

/** Follows the README of an example in a copy of it. `instead` holds for its files, too. */
async function example(name: string, following: Omit<Following, 'cwd'> = {}): Promise<void> {
  const cwd = join(folder, name);
  cpSync(join(ROOT, 'examples', name), cwd, {
    recursive: true,
    filter: (path) => !/node_modules|respite-data/.test(path),
  });
  const instead = { 'file:../..': `file:${await packed()}`, ...following.instead };
  for (const file of readdirSync(cwd).filter((each) => /\.(json|yaml|mjs)$/.test(each)))
    writeFileSync(join(cwd, file), replaced(readFileSync(join(cwd, file), 'utf8'), instead));
  expect(await follow(`examples/${name}/README.md`, { cwd, ...following })).toBeGreaterThan(0);
}

const replaced = (text: string, instead: Readonly<Record<string, string>>): string =>
  Object.entries(instead).reduce((all, [shown, real]) => all.replaceAll(shown, real), text);

async function redis(): Promise<string> {
  const server = await startRedisServer();
  opened.push(() => server.stop());
  return `${server.host}:${String(server.port)}`;
}

it('basic', async () => {
  await example('basic', { instead: { 'localhost:6379': await redis() } });
});

it('with-persistence', () => example('with-persistence'));

it('bullmq', async () => {
  await example('bullmq', { instead: { '3000': String(await freePort()) } });
});

it('edge-deployment', () => example('edge-deployment'));

it('mixed-mode', async () => {
  const [remote, own] = [await freePort(), await freePort()];
  const program = `"${process.execPath}" "${TEMPORAL}"`;
  const bin = join(folder, 'mixed-mode/.bin'); // where PATH begins
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'temporal'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  const server = new Served(
    `exec ${program} server start-dev --ip 127.0.0.1 --port ${String(remote)} --namespace default | sed -u 's/^Server/listening on/'`,
    { cwd: folder, env: process.env },
  );
  opened.push(() => server.stop());
  await server.ready;
  await example('mixed-mode', {
    instead: {
      'localhost:7233': `127.0.0.1:${String(remote)}`,
      'localhost:7234': `127.0.0.1:${String(own)}`,
      'localhost:6379': await redis(),
    },
  });
});
