import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const guides = readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`);

/** A fenced block, and the `text` block right after it: what it prints. */
export interface Block {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** The blocks of the README and the guides in one language, each with where it is. */
export const blocks = (language: string): [string, Block][] =>
  ['README.md', ...guides].flatMap((file) =>
    blocksOf(file)
      .filter((block) => block.language === language)
      .map((block, index): [string, Block] => [`${file} #${String(index + 1)}`, block]),
  );

function blocksOf(file: string): Block[] {
  const fence = /```(\w*)\n([^]*?)```(?:\n\n```text\n([^]*?)```)?/g;
  return [...readFileSync(join(root, file), 'utf8').matchAll(fence)].map(([, language, code, output]) => ({
    language: language ?? '',
    code: code ?? '',
    output,
  }));
}
