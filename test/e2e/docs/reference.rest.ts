import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

interface Pages {
  errorsPage(): string;
  apiPage(): string;
  commandsPage(): string;
  apiPages(): Map<string, string>;
}

describe('the pages that follow from the source', () => {
  // A script of the repository, written in JavaScript.
  const { errorsPage, apiPage, apiPages, commandsPage } = jest.requireActual<Pages>(
    join(ROOT, 'scripts/generate-reference.js'),
  );
  const page = (name: string) => readFileSync(join(ROOT, 'docs/reference', name), 'utf8');

  it('name every error code', () => {
    expect(page('errors.md')).toBe(errorsPage());
  });

  it('name every command, and since when it is known', () => {
    expect(page('commands.md')).toBe(commandsPage());
  });

  it('name everything the package exports, and say what it is', () => {
    const api = page('api.md');
    expect(api).toBe(apiPage());
    expect(api.split('\n').filter((line) => line.endsWith('|  |'))).toEqual([]);
  });

  it('have every declaration, of every entry point', () => {
    const pages = apiPages();
    expect([...pages.keys()].sort()).toEqual(readdirSync(join(ROOT, 'docs/reference/api')).sort());
    for (const [file, text] of pages) expect(page(join('api', file))).toBe(text);
  });
});
