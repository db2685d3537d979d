import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, relative } from 'node:path';
import { Browser } from '../support/browser';
import { until } from '../support/until';
import type { Campaign } from './campaign';

const ROOT = join(__dirname, '../..');
const SITE = join(ROOT, 'docs/.vitepress/dist');
/** Where pictures of the pages are written, to be looked at. */
const PICTURES = join(ROOT, 'node_modules/.cache/site');
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** What somebody may look for, one from each part of the pages. */
const WORDS = [
  ...['BullMQ', 'NestJS', 'quickstart', 'snapshot', 'SNAPSHOT_LOCKED', 'RESTORE_CORRUPT', 'durability', 'everysec'],
  ...['max_memory', 'Kubernetes', 'sentinel', 'migrate', 'encryption', 'VirtualClock', 'createApp', 'redisOptions'],
  ...['doctor', 'prometheus', 'Temporal', 'ioredis-mock'],
];
const LOOKED_AT = [
  'index',
  'start/quickstart',
  'deployment/choosing',
  'configuration/schema',
  'reference/api/respite',
  'architecture',
];
const WIDTHS = { phone: 390, desktop: 1280 } as const;

function serve(): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, 'http://site').pathname));
    const file = join(SITE, path.endsWith('/') ? `${path}index.html` : path);
    try {
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(path === '/favicon.ico' ? '' : readFileSync(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Opens every page. @returns how many pictures were drawn */
async function openAll(
  browser: Browser,
  origin: string,
  pages: readonly string[],
  failures: string[],
): Promise<number> {
  let drawn = 0;
  for (const page of pages) {
    await browser.open(`${origin}/${page}`);
    await until(
      `${page} is shown`,
      async () => (await browser.evaluate("document.querySelector('#app').__vue_app__ !== undefined")) === true,
    );
    const count = "document.querySelectorAll('.mermaid-picture').length";
    await until(
      `the pictures of ${page} are drawn`,
      async () =>
        (await browser.evaluate(`${count} === document.querySelectorAll('.mermaid-picture svg').length`)) === true,
    );
    drawn += Number(await browser.evaluate(count));
    if ((await browser.evaluate("document.title.startsWith('404')")) === true) failures.push(`${page}: there is none`);
    failures.push(...browser.troubles.splice(0).map((trouble) => `${page}: ${trouble}`));
  }
  return drawn;
}

/** Looks for words as a reader does. @returns what each found first */
async function search(browser: Browser, origin: string, failures: string[]): Promise<Record<string, string>> {
  await browser.look(WIDTHS.desktop, 800, 'light');
  await browser.open(`${origin}/index.html`);
  const isThere = (selector: string) => async () =>
    (await browser.evaluate(`document.querySelector('${selector}') !== null`)) === true;
  await until('the search is there', isThere('#local-search button'));
  await browser.evaluate("document.querySelector('#local-search button').click()");
  await until('the search is open', isThere('.VPLocalSearchBox input'));
  const found: Record<string, string> = {};
  const type = (word: string): Promise<unknown> =>
    browser.evaluate(`(() => {
      const input = document.querySelector('.VPLocalSearchBox input');
      input.value = ${JSON.stringify(word)};
      input.dispatchEvent(new Event('input'));
    })()`);
  const first = async (): Promise<string> =>
    String(await browser.evaluate("document.querySelector('.VPLocalSearchBox .result')?.getAttribute('href') ?? ''"));
  for (const word of WORDS) {
    await type('');
    await until('nothing is looked for', async () => (await first()) === '');
    await type(word);
    // A word that is found nowhere is told by a line of its own.
    await until(`${word} was looked for`, async () => (await first()) !== '' || (await isThere('.no-results')()));
    found[word] = await first();
    if (word === 'SNAPSHOT_LOCKED' && !/errors|lock-left|troubleshooting|persistence/.test(found[word]))
      failures.push(`the search finds ${found[word]} for a code`);
    if (found[word] === '') failures.push(`the search finds nothing for ${word}`);
  }
  failures.push(...browser.troubles.splice(0).map((trouble) => `search: ${trouble}`));
  return found;
}

/** Pictures of some pages, light and dark, on a phone and on a desktop; nothing may be wider than the window. */
async function picture(browser: Browser, origin: string, failures: string[]): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const [device, width] of Object.entries(WIDTHS))
    for (const scheme of ['light', 'dark'] as const)
      for (const page of LOOKED_AT) {
        await browser.look(width, 900, scheme);
        await browser.open(`${origin}/${page}.html`);
        await until(
          `${page} is drawn`,
          async () =>
            (await browser.evaluate(
              "document.querySelectorAll('.mermaid-picture:empty').length === 0 && document.fonts.status === 'loaded'",
            )) === true,
        );
        writeFileSync(
          join(PICTURES, `${page.replaceAll('/', '-')}-${device}-${scheme}.png`),
          await browser.screenshot(),
        );
        const dark = await browser.evaluate("document.documentElement.classList.contains('dark')");
        if (dark !== (scheme === 'dark')) failures.push(`${page} is not ${scheme}`);
        const wide = Number(await browser.evaluate('document.documentElement.scrollWidth'));
        if (wide > width) failures.push(`${page} is ${String(wide)} wide on a ${device}`);
      }
}

/** The site in a browser: no error on any page, no request to elsewhere, pictures are drawn, words are found. It needs `chromium` on PATH. */
export const campaign: Campaign = {
  name: 'site',
  unit: 'times all pages',
  defaultSize: 1,
  async run({ size }) {
    execFileSync('npm', ['run', '--silent', 'docs:build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    const names = readdirSync(SITE, { recursive: true, encoding: 'utf8' });
    const pages = names.filter((name) => name.endsWith('.html') && name !== '404.html').sort();
    const server = await serve();
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`; // it listens on TCP
    const browser = await Browser.start(origin);
    const failures: string[] = [];
    try {
      let drawn = 0;
      for (let round = 0; round < size; round++) drawn += await openAll(browser, origin, pages, failures);
      const found = await search(browser, origin, failures);
      await picture(browser, origin, failures);
      return { pages: pages.length, drawn, words: WORDS.length, found, pictures: relative(ROOT, PICTURES), failures };
    } finally {
      server.close();
      server.closeAllConnections();
      await browser.close();
    }
  },
};
