import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const json = (file: string): unknown => JSON.parse(text(file));

describe('docs/support.md', () => {
  const page = text('docs/support.md');

  it('names the versions that package.json takes, and those the tests run with', () => {
    const { engines, peerDependencies, devDependencies } = json('package.json') as Record<
      string,
      Record<string, string>
    >; // npm's
    expect(engines?.['node']).toBe('>=20.19.0');
    expect(page).toContain('20.19 and later');
    expect(peerDependencies?.['ioredis']).toBe('^5.3.0 || ^6.0.0');
    expect(peerDependencies?.['redis']).toBe('^5.0.0 || ^6.0.0');
    for (const name of ['ioredis', 'ioredis53', 'ioredis6', 'redis', 'redis5'])
      expect(page).toContain(devDependencies?.[name]?.replace(/^npm:.*@/, ''));
  });

  it.each([
    ['@lmdb/lmdb', ['linux-x64', 'linux-arm64', 'linux-arm', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64']],
    [
      '@msgpackr-extract/msgpackr-extract',
      ['linux-x64', 'linux-arm64', 'linux-arm', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
    ],
  ])('US-4: the lock file has the native code of %s for the platforms it names', (name, platforms) => {
    const { packages } = json('package-lock.json') as { packages: Record<string, unknown> }; // npm's
    for (const platform of platforms) expect(packages).toHaveProperty([`node_modules/${name}-${platform}`]);
  });
});

/** Pages, and the READMEs of the repository. */
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !/node_modules|\.vitepress/.test(name))
      .map((name) => `${folder}/${name}`),
  ),
];

it.each(pages)('the links of %s lead to files and headings that there are', (page) => {
  const prose = text(page).replaceAll(/^ *```[^]*?^ *```$/gm, '');
  const links = [...prose.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  const dead = links.filter(([, path = '', heading]) => {
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, file))) return true;
    return heading !== undefined && file.endsWith('.md') && !headingsOf(file).includes(heading);
  });
  expect(dead.map(([link]) => link)).toEqual([]);
});

/** Anchors as GitHub, npm and the site make them. */
function headingsOf(file: string): string[] {
  return [...text(file).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
