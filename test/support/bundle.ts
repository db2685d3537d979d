import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');

/**
 * Puts the built package into one file, as bundlers do: its files become functions, `__dirname` is where the bundle lies,
 * packages stay outside. `program` is what the application does; it has the package as `respite`.
 */
export function writeBundle(path: string, program: string): void {
  const modules = new Map<string, string>();
  const add = (file: string): void => {
    if (modules.has(file)) return;
    const { resolve } = createRequire(file);
    modules.set(file, '');
    const code = readFileSync(file, 'utf8').replaceAll(
      /\brequire\((["'])(\.[^"']*)\1\)/g,
      (_call, _quote, name: string) => {
        const required = resolve(name);
        if (!required.endsWith('.js')) return `require(${JSON.stringify(required)})`;
        add(required);
        return `bundled(${JSON.stringify(required)})`;
      },
    );
    modules.set(file, code);
  };
  const entry = join(ROOT, 'dist/index.js');
  add(entry);
  const bodies = [...modules].map(([file, code]) => `${JSON.stringify(file)}(module, exports) {\n${code}\n}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `require = require('node:module').createRequire(${JSON.stringify(join(ROOT, 'package.json'))});
const loaded = {};
function bundled(name) {
  const found = loaded[name];
  if (found !== undefined) return found.exports;
  const module = (loaded[name] = { exports: {} });
  bodies[name](module, module.exports);
  return module.exports;
}
const bodies = {\n${bodies.join(',\n')}\n};
const respite = bundled(${JSON.stringify(entry)});
${program}
`,
  );
}
