import { error } from '../commands/errors';
import type { Registration } from './register-function';
import type { LoadedLibrary } from './scripts';
import { parseLibrary } from './shebang';

/** A function library. */
export interface FunctionLibrary {
  readonly name: string;
  readonly source: string;
  readonly loaded: LoadedLibrary;
}

/** A function, and the library it is from. */
export interface LibraryFunction {
  readonly name: string;
  readonly library: FunctionLibrary;
  readonly registration: Registration;
}

/** What FUNCTION RESTORE does with the libraries there are. */
export type RestorePolicy = 'flush' | 'append' | 'replace';

type Libraries = Map<string, FunctionLibrary>;

/** The function libraries of one engine. Function names are unique among all of them. */
export class FunctionLibraries {
  #libraries: Libraries = new Map();

  /** @param compile compiles a library and runs its body. @throws ErrorReply */
  constructor(private readonly compile: (body: string) => LoadedLibrary) {}

  /** Source texts, for snapshots. */
  sources(): readonly string[] {
    return [...this.#libraries.values()].map(({ source }) => source);
  }

  /**
   * Takes in libraries from outside, all or none. Default: in the place of what there is.
   * @throws ErrorReply
   */
  restore(sources: readonly string[], policy: RestorePolicy = 'flush'): void {
    const libraries: Libraries = new Map(policy === 'flush' ? [] : this.#libraries);
    for (const source of sources) {
      const library = this.#compiled(source);
      if (policy !== 'replace' && libraries.has(library.name)) throw error(`Library ${library.name} already exists`);
      add(libraries, library);
    }
    this.#libraries = libraries;
  }

  all(): IterableIterator<FunctionLibrary> {
    return this.#libraries.values();
  }

  /** @returns the library's name. @throws ErrorReply; what was there before then stays */
  load(source: string, replace: boolean): string {
    const { name } = parseLibrary(source);
    if (this.#libraries.has(name) && !replace) throw error(`Library '${name}' already exists`);
    add(this.#libraries, this.#compiled(source));
    return name;
  }

  #compiled(source: string): FunctionLibrary {
    const { name, body } = parseLibrary(source);
    const loaded = this.compile(body);
    if (loaded.functions.size === 0) throw error('No functions registered');
    return { name, source, loaded };
  }

  /** @throws ErrorReply when there is no such library */
  delete(name: string): void {
    if (!this.#libraries.delete(name)) throw error('Library not found');
  }

  flush(): void {
    this.#libraries.clear();
  }

  find(name: string): LibraryFunction | undefined {
    const library = libraryOf(this.#libraries, name);
    const registration = library?.loaded.functions.get(name);
    return library === undefined || registration === undefined ? undefined : { name, library, registration };
  }

  get functionCount(): number {
    let count = 0;
    for (const { loaded } of this.#libraries.values()) count += loaded.functions.size;
    return count;
  }
}

function libraryOf(libraries: Libraries, functionName: string): FunctionLibrary | undefined {
  for (const library of libraries.values()) if (library.loaded.functions.has(functionName)) return library;
  return undefined;
}

/** Adds a library, in the place of one of the same name. @throws ErrorReply when another has one of its functions */
function add(libraries: Libraries, library: FunctionLibrary): void {
  for (const name of library.loaded.functions.keys()) {
    const other = libraryOf(libraries, name);
    if (other !== undefined && other.name !== library.name) throw error(`Function ${name} already exists`);
  }
  libraries.delete(library.name);
  libraries.set(library.name, library);
}
