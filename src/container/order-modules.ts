import { RespiteError } from '../errors';
import type { AppModule } from './app-module';
import type { Token } from './token';

/** Which modules provide a token. */
export type Providers = ReadonlyMap<symbol, readonly AppModule[]>;

/**
 * The order modules start in: what provides comes before what requires; modules that do not depend on each other keep
 * the order they were listed in. `builtIn` tokens need no module.
 * @throws RespiteError `MODULE_DUPLICATE`, `TOKEN_DUPLICATE`, `TOKEN_WITHOUT_PROVIDER`, `MODULE_CYCLE`
 */
export function orderModules(modules: readonly AppModule[], builtIn: readonly Token<unknown>[] = []): AppModule[] {
  refuseDuplicateNames(modules);
  const providers = providersOf(modules);
  const free = new Set(builtIn.map((token) => token.id));
  const ordered = new Set<AppModule>();

  const visit = (module: AppModule, path: readonly AppModule[]): void => {
    if (ordered.has(module)) return;
    if (path.includes(module)) throw cycle([...path.slice(path.indexOf(module)), module]);
    for (const token of module.requires) {
      const found = providers.get(token.id) ?? [];
      if (found.length === 0 && !free.has(token.id) && !token.multiple) throw missing(module, token, path);
      for (const provider of found) visit(provider, [...path, module]);
    }
    ordered.add(module);
  };
  for (const module of modules) visit(module, []);
  return [...ordered];
}

function refuseDuplicateNames(modules: readonly AppModule[]): void {
  const names = new Set<string>();
  for (const { name } of modules) {
    if (names.has(name)) {
      throw new RespiteError('MODULE_DUPLICATE', {
        message: `Two modules are named "${name}". Register it once, or rename one of them.`,
      });
    }
    names.add(name);
  }
}

function providersOf(modules: readonly AppModule[]): Providers {
  const providers = new Map<symbol, AppModule[]>();
  for (const module of modules) {
    for (const token of module.provides) {
      const others = providers.get(token.id) ?? [];
      const first = others[0];
      if (first !== undefined && !token.multiple) throw duplicate(token, first, module);
      providers.set(token.id, [...others, module]);
    }
  }
  return providers;
}

function duplicate(token: Token<unknown>, first: AppModule, second: AppModule): RespiteError {
  return new RespiteError('TOKEN_DUPLICATE', {
    message: `${token.name} is provided by "${first.name}" and by "${second.name}". Remove one of them, or override the token.`,
  });
}

function missing(module: AppModule, token: Token<unknown>, path: readonly AppModule[]): RespiteError {
  const chain = [...path, module].map(({ name }) => name).join(' -> ');
  return new RespiteError('TOKEN_WITHOUT_PROVIDER', {
    message: `No module provides ${token.name}, which "${module.name}" requires (${chain} -> ${token.name}). Add a module that does, or an override.`,
  });
}

function cycle(path: readonly AppModule[]): RespiteError {
  return new RespiteError('MODULE_CYCLE', {
    message: `Modules require each other in a circle: ${path.map(({ name }) => name).join(' -> ')}. Move what they share into a module of its own.`,
  });
}
