import type { LuaFunction } from '../values';
import type { LibraryContext } from './context';
export function structLibrary(_context: LibraryContext): Record<string, LuaFunction> {
  return {};
}
