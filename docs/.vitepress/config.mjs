// The site of the documentation: `npm run docs:build`. Links that lead nowhere fail it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const docs = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(`${docs}/../package.json`, 'utf8'));

/** The pages of a folder as items of a menu, those named first before the others. */
function pages(folder, ...first) {
  const names = readdirSync(`${docs}/${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3));
  const rest = names.filter((name) => !first.includes(name)).sort();
  return [...first, ...rest].map((name) => item(`${folder}/${name}`));
}

function item(page) {
  const [, title = page] = /^# (.*)$/m.exec(readFileSync(`${docs}/${page}.md`, 'utf8')) ?? [];
  return { text: title.replaceAll('`', ''), link: `/${page.replace(/index$/, '')}` };
}

const folder = (text, items, collapsed = true) => ({ text, items, collapsed });

export default defineConfig({
  title: 'Respite',
  description: 'Run ioredis applications without a Redis server, or on a real Redis, by configuration alone.',
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: false,
  markdown: {
    config: (md) => {
      mermaid(md);
      repositoryFiles(md);
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      // Codes and settings are words, too: SNAPSHOT_LOCKED, max_memory.
      options: { miniSearch: { options: { tokenize: (text) => text.match(/[\p{L}\p{N}_]+/gu) ?? [] } } },
    },
    nav: [
      { text: 'Start', link: '/start/quickstart' },
      { text: 'Deployment', link: '/deployment/choosing' },
      { text: 'Configuration', link: '/configuration/modes' },
      { text: 'Runbooks', link: '/runbooks/' },
      { text: 'API', link: '/reference/api' },
      { text: version, link: '/support' },
    ],
    sidebar: [
      folder('Start', [...pages('start', 'quickstart', 'nestjs', 'tests', 'bullmq'), item('examples')], false),
      folder('Guides', pages('guides', 'embedding', 'modules', 'persistence', 'cli', 'testing', 'nestjs')),
      folder(
        'Deployment',
        [...pages('deployment', 'choosing', 'standalone', 'distributed'), item('guides/containers')],
        false,
      ),
      folder('Configuration', pages('configuration', 'modes', 'examples', 'redis', 'schema')),
      folder(
        'Migration',
        ['migrate-standalone-to-distributed', 'replicas', 'export-import'].map((name) => item(`guides/${name}`)),
      ),
      folder('Runbooks', pages('runbooks', 'index')),
      folder('Reference', [
        item('troubleshooting'),
        ...pages('reference', 'api'),
        ...pages('reference/api', 'respite'),
      ]),
      folder('Project', [
        item('support'),
        item('upgrade-0.3'),
        item('upgrade-0.2'),
        item('architecture'),
        ...pages('decisions', 'index'),
      ]),
    ],
    docFooter: { prev: false, next: false },
  },
});

/** Pictures are drawn in the browser, from what the page has: see theme/mermaid-picture.vue. */
function mermaid(md) {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (info.trim() !== 'mermaid') return fence(tokens, index, ...rest);
    return `<MermaidPicture code="${encodeURIComponent(content)}" />`;
  };
}

/** Links to files of the repository that are no pages lead somewhere in the repository alone: here they are words. */
function repositoryFiles(md) {
  const leadsOut = /^(?:\.\.\/)+(?:examples|schemas|ops|src|respite\.example|[A-Z]+\.md|LICENSE)/;
  md.core.ruler.push('repository-files', ({ tokens }) => {
    for (const { children } of tokens) {
      let inside = false;
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? (token.attrGet('href') ?? '') : '';
        if (leadsOut.test(href))
          become(token, `<span title="In the repository: ${md.utils.escapeHtml(href.replace(/^[./]+/, ''))}">`);
        else if (inside && token.type === 'link_close') become(token, '</span>');
        inside = leadsOut.test(href) || (inside && token.content !== '</span>');
      }
    }
  });
}

function become(token, html) {
  Object.assign(token, { type: 'html_inline', tag: '', content: html, nesting: 0 });
}
