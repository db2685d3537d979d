declare const VALUE: unique symbol;

/**
 * Names something an application provides: `app.get(token)` answers a `T`. Tokens with the same name are the same
 * token, also across copies of the package, so a plugin's name carries its own prefix (`acme.Search`).
 */
export interface Token<T> {
  readonly name: string;
  /** What the container knows it by. */
  readonly id: symbol;
  /** True when several modules may add a value each. */
  readonly multiple: boolean;
  /** Only in the types: what the token stands for. */
  readonly [VALUE]?: T;
}

/** A token to which any number of modules add one value each; `get` answers all of them, in module order. */
export interface MultiToken<T> extends Token<readonly T[]> {
  readonly multiple: true;
}

/** Makes the token `name`; use the name of the type it stands for. */
export function createToken<T>(name: string): Token<T> {
  return { name, id: Symbol.for(`respite.token.${name}`), multiple: false };
}

/** Makes a token that several modules add to. */
export function createMultiToken<T>(name: string): MultiToken<T> {
  return { name, id: Symbol.for(`respite.token.${name}`), multiple: true };
}

/** The values of a list of tokens, in the same order. */
export type ValuesOf<D extends readonly Token<unknown>[]> = {
  readonly [I in keyof D]: D[I] extends Token<infer T> ? T : never;
};
