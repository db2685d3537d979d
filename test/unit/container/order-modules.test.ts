import type { AppModule } from '../../../src/container';
import { createMultiToken, createToken, type Token } from '../../../src/container';
import { orderModules } from '../../../src/container/order-modules';

const A = createToken<string>('A');
const B = createToken<string>('B');
const C = createToken<string>('C');

const moduleOf = (name: string, provides: Token<unknown>[], requires: Token<unknown>[] = []): AppModule => ({
  name,
  provides,
  requires,
});
const names = (modules: readonly AppModule[]): string[] => modules.map(({ name }) => name);

describe('FR-14: the order modules start in', () => {
  it('puts who provides before who requires', () => {
    const ordered = orderModules([moduleOf('c', [C], [B]), moduleOf('b', [B], [A]), moduleOf('a', [A])]);
    expect(names(ordered)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order of the list where nothing else decides', () => {
    const ordered = orderModules([
      moduleOf('one', []),
      moduleOf('c', [C], [A]),
      moduleOf('a', [A]),
      moduleOf('two', []),
    ]);
    expect(names(ordered)).toEqual(['one', 'a', 'c', 'two']);
  });

  it('starts everyone who adds to a token for several before who requires it, also when there is nobody', () => {
    const many = createMultiToken<string>('many');
    const ordered = orderModules([moduleOf('user', [], [many]), moduleOf('x', [many]), moduleOf('y', [many])]);
    expect(names(ordered)).toEqual(['x', 'y', 'user']);
    expect(names(orderModules([moduleOf('user', [], [many])]))).toEqual(['user']);
  });

  it('needs no module for what the container itself provides', () => {
    expect(names(orderModules([moduleOf('a', [], [A])], [A]))).toEqual(['a']);
  });

  it('prints the path to a token nobody provides', () => {
    const modules = [moduleOf('app', [], [B]), moduleOf('b', [B], [A])];
    expect(() => orderModules(modules)).toThrow(
      expect.objectContaining({ code: 'TOKEN_WITHOUT_PROVIDER', message: expect.stringContaining('(app -> b -> A)') }),
    );
  });

  it('prints the circle when modules require each other', () => {
    const modules = [moduleOf('x', []), moduleOf('a', [A], [C]), moduleOf('b', [B], [A]), moduleOf('c', [C], [B])];
    expect(() => orderModules(modules)).toThrow(
      expect.objectContaining({ code: 'MODULE_CYCLE', message: expect.stringContaining('a -> c -> b -> a') }),
    );
  });

  it('names both modules that provide the same token', () => {
    expect(() => orderModules([moduleOf('a', [A]), moduleOf('b', [A])])).toThrow(
      expect.objectContaining({ code: 'TOKEN_DUPLICATE', message: expect.stringContaining('"a" and by "b"') }),
    );
  });

  it('refuses two modules of one name', () => {
    expect(() => orderModules([moduleOf('a', [A]), moduleOf('a', [B])])).toThrow(
      expect.objectContaining({ code: 'MODULE_DUPLICATE' }),
    );
  });
});
