import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** The log calls of the sources: their level and their event. */
function logged(): Map<string, string> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const found = new Map<string, string>();
  for (const file of files) {
    const source = readFileSync(join(root, 'src', file), 'utf8');
    const fields = /(?:logger|log)\.(debug|info|warn|error)\(\s*\{\s*event: '(\w+)'/g;
    for (const [, level, event] of source.matchAll(fields)) found.set(event ?? '', level ?? '');
    // Fields that were put together on the line before.
    const named = /const fields = \{\s*event: '(\w+)'[^]*?\.(debug|info|warn|error)\(\s*fields\b/g;
    for (const [, event, level] of source.matchAll(named)) found.set(event ?? '', level ?? '');
  }
  return found;
}

it('the reference lists every event that is logged, at its level', () => {
  const reference = readFileSync(join(root, 'docs/reference/log-events.md'), 'utf8');
  const listed = [...reference.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(
    ([, event, level]) => `${event ?? ''} ${level ?? ''}`,
  );
  const written = [...logged()].map(([event, level]) => `${event} ${level}`);
  expect(written.length).toBeGreaterThan(20);
  expect(listed.sort()).toEqual(written.sort());
});
