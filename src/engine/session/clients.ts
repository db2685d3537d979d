import type { Client } from './client';
import { ClientLimits, type ClientLimitParts } from './client-limits';
import { ClientMemory, type ClientMemoryParts } from './client-memory';

/** The clients of an engine, and what is theirs together. */
export class Clients {
  /** In the order they came. */
  readonly byId = new Map<number, Client>();
  readonly limits: ClientLimits;
  readonly memory: ClientMemory;
  #nextId = 1;

  constructor(parts: Omit<ClientLimitParts & ClientMemoryParts, 'clients'>) {
    const { clock, memory } = parts;
    this.limits = new ClientLimits({ clock, clients: this });
    this.memory = new ClientMemory({ memory, clients: this });
  }

  /** An id no client had before. */
  nextId(): number {
    return this.#nextId++;
  }

  /** Those that clients see, in the order they came. */
  visible(): Client[] {
    return [...this.byId.values()].filter(({ hidden }) => !hidden);
  }
}
