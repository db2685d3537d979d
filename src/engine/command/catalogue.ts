import type { AnyCommand, CommandContainer } from './definition';

type Command = AnyCommand | CommandContainer;

/** Commands whose definitions are loaded together. */
export interface CommandPart {
  /** What its commands are called, in lower case and in order: all that is known before it is loaded. */
  readonly names: readonly string[];
  load(): readonly Command[];
}

/** All commands by their names. A part is loaded when the first of its commands is asked for. */
export class CommandCatalogue {
  readonly #parts = new Map<string, CommandPart>();
  readonly #loaded = new Map<string, Command>();

  constructor(parts: readonly CommandPart[]) {
    for (const part of parts) {
      for (const name of part.names) {
        if (this.#parts.has(name)) throw new Error(`command ${name} is defined twice`);
        this.#parts.set(name, part);
      }
    }
  }

  get size(): number {
    return this.#parts.size;
  }

  /** @param name in lower case */
  find(name: string): Command | undefined {
    return this.#loaded.get(name) ?? this.#load(name);
  }

  /** Every one of them: loads what is not. */
  all(): Command[] {
    return [...this.#parts.keys()].flatMap((name) => this.find(name) ?? []);
  }

  #load(name: string): Command | undefined {
    for (const command of this.#parts.get(name)?.load() ?? []) this.#loaded.set(command.name, command);
    return this.#loaded.get(name);
  }
}
