import type { LuaTable } from '../table';
import { libraryTable, type LibraryContext } from './context';
export function cjsonLibrary(_context: LibraryContext): { table: LuaTable; restore: () => void } {
  return { table: libraryTable({}), restore: () => undefined };
}
