import type { AppModule } from './app-module';
import type { MultiToken, Token } from './token';

/** A value that takes the place of what a module would provide; made by `override`. */
export interface Override {
  readonly token: Token<unknown>;
  readonly value: unknown;
}

/**
 * Puts `value` in the place of what `token` would answer, for tests and for hosts that bring their own part. A token
 * that takes several values is overridden with the list of all of them.
 */
export function override<T>(token: Token<T>, value: T): Override {
  return { token, value };
}

/**
 * Applies overrides to a list of modules. A module with a lifecycle that provides an overridden token is replaced as a
 * whole: running its hooks for a value nobody gets would be a leak. Any other module only loses that token.
 */
export function applyOverrides(modules: readonly AppModule[], overrides: readonly Override[]): AppModule[] {
  if (overrides.length === 0) return [...modules];
  const overridden = new Set(overrides.map(({ token }) => token.id));
  const kept = modules.flatMap((module) => {
    if (!module.provides.some(({ id }) => overridden.has(id))) return [module];
    return hasLifecycle(module) ? [] : [withoutTokens(module, overridden)];
  });
  return [overridesModule(overrides), ...kept];
}

function hasLifecycle(module: AppModule): boolean {
  return module.onInit !== undefined || module.onShutdown !== undefined;
}

function withoutTokens(module: AppModule, removed: ReadonlySet<symbol>): AppModule {
  return {
    ...module,
    provides: module.provides.filter(({ id }) => !removed.has(id)),
    bind: (binder) => {
      module.bind?.({
        bind: (token, dependencies, factory) => {
          if (!removed.has(token.id)) binder.bind(token, dependencies, factory);
        },
        bindValue: (token, value) => {
          if (!removed.has(token.id)) binder.bindValue(token, value);
        },
        add: (token, value) => {
          if (!removed.has(token.id)) binder.add(token, value);
        },
      });
    },
  };
}

function overridesModule(overrides: readonly Override[]): AppModule {
  return {
    name: 'overrides',
    provides: overrides.map(({ token }) => token),
    requires: [],
    bind: (binder) => {
      for (const { token, value } of overrides) {
        // `override` saw to it that the value of a token for several is a list.
        if (isMultiple(token)) for (const each of value as readonly unknown[]) binder.add(token, each);
        else binder.bindValue(token, value);
      }
    },
  };
}

function isMultiple(token: Token<unknown>): token is MultiToken<unknown> {
  return token.multiple;
}
