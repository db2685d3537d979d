import { raise, position, NeedsDeepForm } from '../errors';
import { numberToString } from '../number-text';
import { Coroutine, type Trampoline } from '../trampoline';
import type { LuaFunction, LuaValue } from '../values';
import type { LibraryContext } from './context';

/** The `coroutine` library. Works in the deep form of code only; elsewhere it asks for that form. */
export function coroutineLibrary(
  { state, args: check }: LibraryContext,
  trampoline: Trampoline,
): Record<string, LuaFunction> {
  const needsDeepForm = (): void => {
    if (!state.deep) throw new NeedsDeepForm();
  };

  const thread = (args: readonly LuaValue[]): Coroutine => {
    const [value] = args;
    return value instanceof Coroutine ? value : check.fail(1, 'coroutine expected');
  };

  const luaFunction = (args: readonly LuaValue[]): LuaFunction => {
    const [value] = args;
    return typeof value === 'function' && trampoline.isCompiled(value) ? value : check.fail(1, 'Lua function expected');
  };

  const create: LuaFunction = (...args) => {
    needsDeepForm();
    return new Coroutine(luaFunction(args));
  };

  /** Continues a coroutine: its results after `true`, or `false` and the error. */
  const resumed = (coroutine: Coroutine, args: LuaValue[]): [boolean, ...LuaValue[]] => {
    if (coroutine.status !== 'suspended') return [false, `cannot resume ${coroutine.status} coroutine`];
    const outcome = state.protect(() => {
      if (++state.nativeDepth >= 199) state.fail('C stack overflow');
      const results = trampoline.resume(coroutine, args);
      state.nativeDepth--;
      return results;
    });
    return outcome.ok ? [true, ...outcome.results] : [false, outcome.error.value];
  };

  const wrap: LuaFunction = (...args) => {
    needsDeepForm();
    const coroutine = new Coroutine(luaFunction(args));
    return (...values) => {
      const { at } = state;
      const [ok, ...results] = resumed(coroutine, values);
      if (ok) return results;
      const [error] = results;
      // A number counts as a text here, as it does wherever Lua asks whether something is a string.
      const text = typeof error === 'number' ? numberToString(error) : error;
      return raise(typeof text === 'string' ? position(at) + text : text, at);
    };
  };

  return {
    create,
    resume: (...args) => resumed(thread(args), args.slice(1)),
    running: () => trampoline.running(),
    status: (...args) => thread(args).status,
    wrap,
    yield: trampoline.yieldNative,
  };
}
