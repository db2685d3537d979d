import type { Binder } from './app-module';
import type { InversifyContainer } from './inversify-container';
import { notAvailable } from './not-available';
import type { MultiToken, Token, ValuesOf } from './token';

/**
 * What an application provides, by token. Values that were handed over stand in a list; as soon as a module says how one is
 * made of others, inversify has them all. It is loaded then: it would be a third of what importing `respite` loads, and most
 * applications do without.
 */
export class Values implements Binder {
  readonly #given: { readonly token: Token<unknown>; readonly value: unknown }[] = [];
  #container: InversifyContainer | undefined;

  bind<T, const D extends readonly Token<unknown>[]>(
    token: Token<T>,
    dependencies: D,
    factory: (...values: ValuesOf<D>) => T,
  ): void {
    this.#container ??= this.#handOver();
    this.#container.bind(token, dependencies, factory);
  }

  bindValue<T>(token: Token<T>, value: T): void {
    this.#add(token, value);
  }

  add<T>(token: MultiToken<T>, value: T): void {
    this.#add(token, value);
  }

  /** @throws RespiteError `TOKEN_NOT_AVAILABLE` */
  get<T>(token: Token<T>): T {
    if (this.#container !== undefined) return this.#container.get(token);
    const values = this.#given.filter((given) => given.token.id === token.id).map(({ value }) => value);
    if (token.multiple) return values as T; // a MultiToken's T is a list of what was added
    if (values.length === 0) throw notAvailable(token);
    if (values.length > 1) throw notAvailable(token, new Error('it was given more than one value'));
    return values[0] as T; // whoever gave it had a T
  }

  #add(token: Token<unknown>, value: unknown): void {
    if (this.#container === undefined) this.#given.push({ token, value });
    else this.#container.add(token, value);
  }

  #handOver(): InversifyContainer {
    const { InversifyContainer } = require('./inversify-container') as typeof import('./inversify-container');
    const container = new InversifyContainer();
    for (const { token, value } of this.#given) container.add(token, value);
    return container;
  }
}
