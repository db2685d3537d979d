import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../../..');
const run = promisify(execFile);

/** How TypeScript finds modules and what it makes of them; and what is special about such projects. */
export const RESOLUTIONS = {
  'NodeNext, ESM': { type: 'module', module: 'NodeNext', moduleResolution: 'NodeNext' },
  bundler: { type: 'module', module: 'ESNext', moduleResolution: 'Bundler' },
  'CommonJS, node10': { type: 'commonjs', module: 'CommonJS', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
} as const;

/** How strict a project is. */
export interface Strictness {
  readonly exactOptionalPropertyTypes: boolean;
  readonly skipLibCheck: boolean;
}

/** A project of somebody else's with the packed package in it, as `npm install` would leave it. */
export interface ForeignProject {
  /** Compiles `files`, contents by name. @returns what the compiler says; nothing when all is well */
  compile(
    files: Readonly<Record<string, string>>,
    resolution: keyof typeof RESOLUTIONS,
    strictness: Strictness,
  ): Promise<string>;
  remove(): void;
}

/**
 * Packs what is built and lays the package beside the libraries we test with; `ioredis` says which one is called that, `nestjs`
 * the folder of another Nest.
 */
export async function createForeignProject(
  ioredis: 'ioredis' | 'ioredis6' | 'ioredis53',
  nestjs = join(root, 'node_modules/@nestjs'),
): Promise<ForeignProject> {
  const folder = mkdtempSync(join(tmpdir(), 'respite-types-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  const own = ['.bin', '.cache', '.package-lock.json', 'respite', 'ioredis', 'ioredis6', 'ioredis53', '@nestjs'];
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!own.includes(name)) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  symlinkSync(join(root, 'node_modules', ioredis), join(modules, 'ioredis'));
  symlinkSync(nestjs, join(modules, '@nestjs'));
  // Built already by `npm test`.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  mkdirSync(join(modules, 'respite'));
  await run('tar', ['-xzf', packed?.filename ?? '', '--strip-components=1', '-C', join(modules, 'respite')], {
    cwd: folder,
  });
  let projects = 0;
  return {
    compile: (files, resolution, strictness) =>
      compile(join(folder, `project-${String(++projects)}`), files, resolution, strictness),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

async function compile(
  folder: string,
  files: Readonly<Record<string, string>>,
  resolution: keyof typeof RESOLUTIONS,
  strictness: Strictness,
): Promise<string> {
  const { type, ...options } = RESOLUTIONS[resolution];
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'foreign', private: true, type }));
  const compilerOptions = {
    ...options,
    ...strictness,
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    allowJs: true,
    checkJs: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: Object.keys(files) }));
  const tsc = require.resolve('typescript/bin/tsc');
  return run(process.execPath, [tsc, '-p', folder], { cwd: folder }).then(({ stdout }) => stdout, printFailure);
}

/** What the compiler says; of one that fell over, that it did. */
function printFailure(failure: unknown): string {
  const { stdout = '', stderr = '' } = failure as { stdout?: string; stderr?: string }; // of execFile
  return stdout + stderr || String(failure);
}
