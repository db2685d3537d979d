/**
 * Runs a TypeScript file of ours as a process of its own: `node test/support/run-ts.js FILE [ARGS...]`.
 * Tests and campaigns use it for processes that are to be killed.
 */
const { transformSync, version } = require('@swc/core');
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const OPTIONS = {
  module: { type: 'commonjs' },
  jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true } },
};
const CACHE = join(__dirname, '../../node_modules/.cache/run-ts');
mkdirSync(CACHE, { recursive: true });

/** Compiled once per content: tests start such a process some dozens of times. */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const key = createHash('sha1')
    .update(`${version}\n${JSON.stringify(OPTIONS)}\n${filename}\n${source}`)
    .digest('hex');
  const kept = join(CACHE, `${key}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = transformSync(source, { filename, ...OPTIONS });
    const written = `${kept}.${process.pid}`;
    writeFileSync(written, code);
    renameSync(written, kept);
    return code;
  }
}

require.extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename), filename);
};

const [file, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], resolve(file), ...args];
require(resolve(file));
