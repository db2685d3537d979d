import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = join(__dirname, '../../../../../src/modules');
const scripts = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.lua'));

describe('the Lua scripts of the modules', () => {
  it.each(scripts)('%s begins with what it does, its KEYS, its ARGV and its reply', (file) => {
    const lua = readFileSync(join(MODULES, file), 'utf8');
    expect(lua).toMatch(/^-- [A-Z][^]*?\.\n-- KEYS: .+\n(--  .+\n)*-- ARGV: .+\n(--  .+\n)*-- Reply: .+\n/);
  });

  it.each(scripts)('%s names only keys it was given', (file) => {
    const lua = readFileSync(join(MODULES, file), 'utf8');
    const names = [...lua.matchAll(/redis\.call\('(?!PUBLISH)[A-Z]+', ([^,)]+)/g)].map((match) => match[1] ?? '');
    const known = new Set([
      'key',
      ...[...lua.matchAll(/^local (.+?) = .*KEYS/gm)].flatMap((m) => (m[1] ?? '').split(', ')),
    ]);
    expect(names.filter((name) => !name.startsWith('KEYS[') && !known.has(name))).toEqual([]);
  });
});
