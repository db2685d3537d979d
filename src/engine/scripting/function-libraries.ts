import { error } from '../command/errors';
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

/** Bytes, as INFO tells them apart. */
interface LibraryBytes {
  readonly sources: number;
  readonly compiled: number;
}

const NONE: LibraryBytes = { sources: 0, compiled: 0 };
/** What a library and each of its functions take besides text and code. */
const PLACE_BYTES = 240;

function bytesOf(libraries: Libraries): LibraryBytes {
  let sources = 0;
  let compiled = 0;
  for (const { source, loaded } of libraries.values()) {
    sources += source.length + PLACE_BYTES * (1 + loaded.functions.size);
    compiled += loaded.chunk.compiled.bytes;
  }
  return { sources, compiled };
}

/** The function libraries of one engine. Function names are unique among all of them. */
export class FunctionLibraries {
  #libraries: Libraries = new Map();
  #functions = new Map<string, FunctionPlace>();
  /** Estimated bytes of the texts, with their places, and of what they are compiled to. */
  bytes: LibraryBytes = NONE;

  /**
   * @param compile compiles a library and runs its body. @throws ErrorReply
   * @param changed called when there are other libraries than before
   */
  constructor(
    private readonly compile: (body: string) => LoadedLibrary,
    private readonly changed: () => void,
  ) {}

  /** Source texts, for snapshots. */
  sources(): readonly string[] {
    return [...this.#libraries.values()].map(({ source }) => source);
  }

  /**
   * Takes in libraries from outside, all or none. Default: in the place of what there is.
   * @throws ErrorReply
   */
  restore(sources: readonly string[], policy: RestorePolicy = 'flush'): void {
    let libraries: Libraries = policy === 'flush' ? new Map<string, FunctionLibrary>() : this.#libraries;
    for (const source of sources) {
      const library = this.#compiled(source);
      if (policy !== 'replace' && libraries.has(library.name)) throw error(`Library ${library.name} already exists`);
      libraries = withLibrary(libraries, library);
    }
    this.#become(libraries);
  }

  all(): IterableIterator<FunctionLibrary> {
    return this.#libraries.values();
  }

  /** @returns the library's name. @throws ErrorReply; what was there before then stays */
  load(source: string, replace: boolean): string {
    const { name } = parseLibrary(source);
    if (this.#libraries.has(name) && !replace) throw error(`Library '${name}' already exists`);
    this.#become(withLibrary(this.#libraries, this.#compiled(source)));
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
    const libraries = new Map(this.#libraries);
    if (!libraries.delete(name)) throw error('Library not found');
    this.#become(libraries);
  }

  flush(): void {
    this.#become(new Map());
  }

  find(name: string): LibraryFunction | undefined {
    const found = this.#functions.get(name.toLowerCase());
    const registration = found?.library.loaded.functions.get(found.name);
    return found === undefined || registration === undefined ? undefined : { ...found, registration };
  }

  get functionCount(): number {
    return this.#functions.size;
  }

  #become(libraries: Libraries): void {
    this.#libraries = libraries;
    this.#functions = indexOf(libraries);
    this.bytes = bytesOf(libraries);
    this.changed();
  }
}

/** Where a function is: its library, and its name as that registered it. */
type FunctionPlace = Omit<LibraryFunction, 'registration'>;

/** All functions by their name in lower case: Redis does not tell capitals apart in them. */
function indexOf(libraries: Libraries): Map<string, FunctionPlace> {
  const functions = new Map<string, FunctionPlace>();
  for (const library of libraries.values())
    for (const name of library.loaded.functions.keys()) functions.set(name.toLowerCase(), { name, library });
  return functions;
}

/** With a library in the place of one of the same name. @throws ErrorReply when another has one of its functions */
function withLibrary(libraries: Libraries, library: FunctionLibrary): Libraries {
  const others = new Map(libraries);
  others.delete(library.name);
  const taken = indexOf(others);
  for (const name of library.loaded.functions.keys())
    if (taken.has(name.toLowerCase())) throw error(`Function ${name} already exists`);
  return others.set(library.name, library);
}
