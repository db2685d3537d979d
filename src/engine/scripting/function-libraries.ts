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

/** Where a function is: its library, and its name as that registered it. */
type FunctionPlace = Omit<LibraryFunction, 'registration'>;

/** What a library and each of its functions take besides text and code, in bytes. */
const PLACE_BYTES = 240;

/** Libraries by name, with all their functions: what one more costs does not depend on how many there are. */
class Shelf {
  readonly libraries = new Map<string, FunctionLibrary>();
  /** By their names in lower case: Redis does not tell capitals apart in them. */
  readonly functions = new Map<string, FunctionPlace>();
  /** Estimated bytes of the texts, with their places, and of what they are compiled to. */
  sources = 0;
  compiled = 0;
  /** What was counted of each as compiled: it grows when a library is needed in its other form. */
  readonly #compiled = new Map<string, number>();

  copy(): Shelf {
    const copy = new Shelf();
    for (const library of this.libraries.values()) copy.put(library);
    return copy;
  }

  /** Adds a library, in the place of one of the same name. @throws ErrorReply when another has one of its functions; nothing is changed then */
  put(library: FunctionLibrary): void {
    for (const name of library.loaded.functions.keys()) {
      const place = this.functions.get(name.toLowerCase());
      if (place !== undefined && place.library.name !== library.name) throw error(`Function ${name} already exists`);
    }
    this.remove(library.name);
    this.libraries.set(library.name, library);
    for (const name of library.loaded.functions.keys()) this.functions.set(name.toLowerCase(), { name, library });
    const { bytes } = library.loaded.chunk.compiled;
    this.#compiled.set(library.name, bytes);
    this.compiled += bytes;
    this.sources += sourceBytes(library);
  }

  /** @returns whether there was such a library */
  remove(name: string): boolean {
    const library = this.libraries.get(name);
    if (library === undefined) return false;
    this.libraries.delete(name);
    for (const each of library.loaded.functions.keys()) this.functions.delete(each.toLowerCase());
    this.compiled -= this.#compiled.get(name) ?? 0;
    this.#compiled.delete(name);
    this.sources -= sourceBytes(library);
    return true;
  }
}

const sourceBytes = ({ source, loaded }: FunctionLibrary): number =>
  source.length + PLACE_BYTES * (1 + loaded.functions.size);

/** The function libraries of one engine. Function names are unique among all of them. */
export class FunctionLibraries {
  #shelf = new Shelf();

  /**
   * @param compile compiles a library and runs its body. @throws ErrorReply
   * @param changed called when there are other libraries than before
   */
  constructor(
    private readonly compile: (body: string) => LoadedLibrary,
    private readonly changed: () => void,
  ) {}

  /** Estimated bytes of the texts, with their places, and of what they are compiled to: INFO tells them apart. */
  get bytes(): { readonly sources: number; readonly compiled: number } {
    return this.#shelf;
  }

  /** Source texts, for snapshots. */
  sources(): readonly string[] {
    return [...this.#shelf.libraries.values()].map(({ source }) => source);
  }

  /**
   * Takes in libraries from outside, all or none. Default: in the place of what there is.
   * @throws ErrorReply
   */
  restore(sources: readonly string[], policy: RestorePolicy = 'flush'): void {
    const shelf = policy === 'flush' ? new Shelf() : this.#shelf.copy();
    for (const source of sources) {
      const library = this.#compiled(source);
      if (policy !== 'replace' && shelf.libraries.has(library.name))
        throw error(`Library ${library.name} already exists`);
      shelf.put(library);
    }
    this.#shelf = shelf;
    this.changed();
  }

  all(): IterableIterator<FunctionLibrary> {
    return this.#shelf.libraries.values();
  }

  /** @returns the library's name. @throws ErrorReply; what was there before then stays */
  load(source: string, replace: boolean): string {
    const { name } = parseLibrary(source);
    if (this.#shelf.libraries.has(name) && !replace) throw error(`Library '${name}' already exists`);
    this.#shelf.put(this.#compiled(source));
    this.changed();
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
    if (!this.#shelf.remove(name)) throw error('Library not found');
    this.changed();
  }

  flush(): void {
    this.#shelf = new Shelf();
    this.changed();
  }

  find(name: string): LibraryFunction | undefined {
    const found = this.#shelf.functions.get(name.toLowerCase());
    const registration = found?.library.loaded.functions.get(found.name);
    return found === undefined || registration === undefined ? undefined : { ...found, registration };
  }

  get functionCount(): number {
    return this.#shelf.functions.size;
  }
}
