import { error } from '../commands/errors';
import { ErrorReply } from '../protocol/reply';
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

/** The function libraries of one engine. Function names are unique among all of them. */
export class FunctionLibraries {
  readonly #libraries = new Map<string, FunctionLibrary>();

  /** @param compile compiles a library and runs its body. @throws ErrorReply */
  constructor(private readonly compile: (body: string) => LoadedLibrary) {}

  /** Source texts, for snapshots. */
  sources(): readonly string[] {
    return [...this.#libraries.values()].map(({ source }) => source);
  }

  /** Puts a snapshot's libraries in the place of what there is. */
  restore(sources: readonly string[]): void {
    this.flush();
    for (const source of sources) this.load(source, false);
  }

  all(): IterableIterator<FunctionLibrary> {
    return this.#libraries.values();
  }

  /** @returns the library's name. @throws ErrorReply; what was there before then stays */
  load(source: string, replace: boolean): string {
    const { name, body } = parseLibrary(source);
    const existing = this.#libraries.get(name);
    if (existing !== undefined && !replace) throw error(`Library '${name}' already exists`);
    const loaded = this.compile(body);
    if (loaded.functions.size === 0) throw error('No functions registered');
    for (const each of loaded.functions.keys()) {
      const other = this.find(each)?.library;
      if (other !== undefined && other !== existing) throw error(`Function ${each} already exists`);
    }
    this.#libraries.delete(name);
    this.#libraries.set(name, { name, source, loaded });
    return name;
  }

  /** @throws ErrorReply when there is no such library */
  delete(name: string): void {
    if (!this.#libraries.delete(name)) throw new ErrorReply('ERR Library not found');
  }

  flush(): void {
    this.#libraries.clear();
  }

  find(name: string): LibraryFunction | undefined {
    for (const library of this.#libraries.values()) {
      const registration = library.loaded.functions.get(name);
      if (registration !== undefined) return { name, library, registration };
    }
    return undefined;
  }

  get functionCount(): number {
    let count = 0;
    for (const { loaded } of this.#libraries.values()) count += loaded.functions.size;
    return count;
  }
}
