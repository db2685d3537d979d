import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runRecipes } from './run-recipes';

/** The recipes on what is built here; recipes.rest.ts runs them from the packed package. */

const root = join(__dirname, '../../..');

runRecipes((folder) => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  symlinkSync(root, join(modules, 'respite'));
  return Promise.resolve();
});
