import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** A fenced block, and the `text` block right after it: what it prints. */
export interface Block {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** All pages that are for users: the README, and everything in `docs` but what tells how it is made. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(\.vitepress|decisions)|^architecture\.md$/.test(name))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The blocks of all pages in one language, each with where it is: `docs/guides/cli.md #2`. */
export const blocks = (language: string): [string, Block][] =>
  pages.flatMap((page) =>
    blocksOf(page)
      .filter((block) => block.language === language)
      .map((block, index): [string, Block] => [`${page} #${String(index + 1)}`, block]),
  );

/** The blocks of a page, or of one of its sections, in their order; those in a list without their indentation. */
export function blocksOf(page: string, section?: string): Block[] {
  const fence = /^( *)```(\w*)[^\n]*\n([^]*?)^ *```$(?:\n\n *```text\n([^]*?)^ *```$)?/gm;
  const text = textOf(page);
  const shown = section === undefined ? text : sectionOf(text, section);
  return [...shown.matchAll(fence)].map(([, indent = '', language, code, output]) => ({
    language: language ?? '',
    code: dedent(code ?? '', indent),
    output: output === undefined ? undefined : dedent(output, indent),
  }));
}

const dedent = (text: string, indent: string): string =>
  indent === '' ? text : text.replaceAll(new RegExp(`^${indent}`, 'gm'), '');

/** The first paragraph of a section. */
export const proseOf = (page: string, section: string): string =>
  sectionOf(textOf(page), section).trimStart().split('\n\n')[0] ?? '';

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

function sectionOf(text: string, section: string): string {
  const [, found] = text.split(`\n## ${section}\n`);
  if (found === undefined) throw new Error(`there is no section "${section}"`);
  return found.split('\n## ')[0] ?? '';
}
