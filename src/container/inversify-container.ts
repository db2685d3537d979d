import { Container } from 'inversify';
import { RespiteError } from '../errors';
import { notAvailable } from './not-available';
import type { Token, ValuesOf } from './token';

/** The only place that knows inversify: singletons by token. Loaded where something is made of what others provide. */
export class InversifyContainer {
  readonly #container = new Container({ defaultScope: 'Singleton' });

  bind<T, const D extends readonly Token<unknown>[]>(
    token: Token<T>,
    dependencies: D,
    factory: (...values: ValuesOf<D>) => T,
  ): void {
    // inversify types the factory by its own inference; ValuesOf and `inject` say the same thing per position.
    const untyped = factory as (...values: unknown[]) => T;
    this.#container
      .bind<T>(token.id)
      .toResolvedValue(untyped, dependencies.map(inject) as never)
      .inSingletonScope();
  }

  /** A value of a token; one that takes several has them all. */
  add(token: Token<unknown>, value: unknown): void {
    this.#container.bind(token.id).toConstantValue(value);
  }

  /** @throws RespiteError `TOKEN_NOT_AVAILABLE` */
  get<T>(token: Token<T>): T {
    const bound = this.#container.isBound(token.id);
    if (token.multiple) {
      const all: unknown = bound ? this.#container.getAll(token.id) : [];
      return all as T; // a MultiToken's T is a list of what was added
    }
    if (!bound) throw notAvailable(token);
    try {
      return this.#container.get<T>(token.id);
    } catch (cause) {
      throw RespiteError.is(cause) ? cause : notAvailable(token, cause);
    }
  }
}

function inject(token: Token<unknown>): unknown {
  return token.multiple ? { isMultiple: true, optional: true, serviceIdentifier: token.id } : token.id;
}
