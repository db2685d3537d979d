import type { LuaTable } from '../table';
import { libraryTable, type LibraryContext } from './context';
export function cmsgpackLibrary(_context: LibraryContext): LuaTable {
  return libraryTable({});
}
