import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../../package.json';
import { packed, removePacked } from '../examples/packed';
import { blocksOf } from './blocks';
import { RECIPES, runRecipes } from './run-recipes';

/** The recipes from the packed package, in a project that has nothing but it and what the page imports. */

afterAll(removePacked);

runRecipes(async (folder) => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', await packed(), ...libraries()];
  await promisify(execFile)('npm', args, { cwd: folder });
});

/** What the page imports, in the versions that are installed here. */
function libraries(): string[] {
  const text = blocksOf(RECIPES)
    .map(({ code }) => code)
    .join('\n');
  const imported = [...text.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/g)].map(([, name]) => name ?? '');
  const versions: Readonly<Record<string, string>> = manifest.devDependencies;
  return [...new Set(imported)].filter((name) => name in versions).map((name) => `${name}@${versions[name] ?? ''}`);
}
