/** So many are kept before those that have ended are looked for. */
const LEAST = 16;

/**
 * Clients that are disconnected at the end, if they have not ended by then. It listens to none of them: a program counts the
 * listeners of its client, and removes them.
 */
export class OpenClients<T extends object> implements Iterable<T> {
  readonly #clients = new Set<T>();
  #most = LEAST;

  /** @param hasEnded whether a client is over, unless it is added again */
  constructor(private readonly hasEnded: (client: T) => boolean) {}

  /** Remembers a client until it has ended. */
  add(client: T): void {
    this.#clients.add(client);
    if (this.#clients.size <= this.#most) return;
    this.#forgetEnded();
    this.#most = Math.max(LEAST, 2 * this.#clients.size);
  }

  /** Those that are open. */
  [Symbol.iterator](): Iterator<T> {
    this.#forgetEnded();
    return [...this.#clients][Symbol.iterator]();
  }

  #forgetEnded(): void {
    for (const client of this.#clients) if (this.hasEnded(client)) this.#clients.delete(client);
  }
}

/** Whether a client of ioredis has ended. */
export const hasEnded = ({ status }: { readonly status: string }): boolean => status === 'end';
