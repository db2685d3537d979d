import type { Redis } from 'ioredis';
import { RespiteError } from '../../../errors';
import { bytesOf, mastersOf, refusal } from './replies';

/** The sources of all function libraries of one server. */
export async function librarySources(client: Redis): Promise<string[]> {
  const list = await client.callBuffer('FUNCTION', ['LIST', 'WITHCODE']).catch((error: unknown) => {
    // Redis before 7.0 has no functions.
    if (error instanceof Error && /unknown command/i.test(error.message)) return [];
    throw error;
  });
  if (!Array.isArray(list)) return [];
  return list.map((library: unknown) => {
    const parts = Array.isArray(library) ? library.map(bytesOf) : [];
    const source = parts[parts.findIndex((part) => part.equals(Buffer.from('library_code'))) + 1];
    return source?.latin1Slice() ?? '';
  });
}

/** What a library calls itself in its first line. */
export function libraryName(source: string): string {
  return /^#![^\n]*\bname=([^\s]+)/.exec(source)?.[1] ?? '';
}

/** The function libraries that a target has: in a Redis Cluster each master has all of them. */
export class TargetLibraries {
  #sources: ReadonlyMap<string, string> | undefined;

  constructor(private readonly client: Redis) {}

  /** The source of the library of that name, if there is one. */
  async find(name: string): Promise<string | undefined> {
    if (this.#sources === undefined) {
      const lists = await Promise.all(mastersOf(this.client).map(librarySources));
      this.#sources = new Map(lists.flat().map((source) => [libraryName(source), source]));
    }
    return this.#sources.get(name);
  }

  /** Loads a library. @throws RespiteError `IMPORT_REFUSED` */
  async load(source: string, replace: boolean): Promise<void> {
    const bytes = Buffer.from(source, 'latin1');
    try {
      for (const master of mastersOf(this.client))
        await master.call('FUNCTION', 'LOAD', ...(replace ? ['REPLACE'] : []), bytes);
    } catch (error) {
      const cause = refusal(error);
      throw new RespiteError('IMPORT_REFUSED', {
        message: `The function library ${libraryName(source)} was refused: ${cause.message}.`,
        cause,
      });
    }
  }
}
