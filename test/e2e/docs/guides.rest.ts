import { blocksOf, pages } from './blocks';
import { runBlocks } from './run-blocks';

/** Kinds of blocks that are neither run nor compiled, and why. */
const SHOWN_ONLY: Readonly<Record<string, string>> = {
  text: 'what the block before it prints, which is compared',
  typescript: 'declarations, as the compiler wrote them',
  mermaid: 'pictures, drawn by the site',
  json: 'lines of a format; the file in docs/start/nestjs.md is used',
};
/** Single ones, by page and kind: what does the same. */
const DONE_ELSEWHERE: Readonly<Record<string, string>> = {
  'README.md console': 'new-user.rest.ts, and the pages of docs/start',
  'docs/guides/bundling.md bash': 'e2e/snapshot/bundled.rest.ts runs the bundlers',
  'docs/guides/cli.md console': 'e2e/cli/everyday.test.ts asks all of these',
  'docs/guides/cli.md dockerfile': 'e2e/ops/containers.test.ts does what the image does',
  'docs/guides/mcp-proxy.md console': 'packages that are installed here',
  'docs/guides/metrics.md console': 'scripts/smoke-test.js installs it',
  'docs/guides/migrate-standalone-to-distributed.md console': 'live-guide.test.ts runs such moves',
  'docs/guides/recipes.md console': 'recipes.test.ts runs such a program',
  'docs/guides/temporal.md console': 'packages that are installed here',
};

it('every block is of a kind that is run, compiled or only shown for a reason', () => {
  const checked = ['js', 'ts', 'yaml', 'sh', ...Object.keys(SHOWN_ONLY)];
  const others = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => !checked.includes(language))
      .map(({ language }) => `${page} ${language}`),
  );
  expect([...new Set(others)].sort()).toEqual(Object.keys(DONE_ELSEWHERE).sort());
});

describe('what the README and the guides show', () => {
  // The recipes have a test of their own, and so has the guide about replicas.
  runBlocks((page) => /^(README|docs\/guides\/(?!recipes|replicas))/.test(page));
});
