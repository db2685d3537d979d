/** So many are kept before those that have ended are looked for. */
const LEAST = 16;

/** A client of ioredis or node-redis. */
export interface Closable {
  /** Set on clients of ioredis. */
  readonly isCluster?: boolean;
  once(event: 'end', listener: () => void): unknown;
}

/**
 * Clients that are disconnected at the end, if they have not ended by then. It listens to none but Clusters: a program counts
 * the listeners of its client, and removes them.
 */
export class OpenClients<T extends Closable> implements Iterable<T> {
  readonly #clients = new Set<T>();
  #most = LEAST;

  /** @param hasEnded whether a client is over, unless it is added again; not asked of an ioredis Cluster */
  constructor(private readonly hasEnded: (client: T) => boolean) {}

  /** Remembers a client until it has ended. */
  add(client: T): void {
    if (this.#clients.has(client)) return;
    this.#clients.add(client);
    // One that has ended may say `close`; who removes its listeners removes those by which ioredis itself knows.
    if (client.isCluster === true) client.once('end', () => this.#clients.delete(client));
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
    for (const client of this.#clients)
      if (client.isCluster !== true && this.hasEnded(client)) this.#clients.delete(client);
  }
}

/** Whether a client of ioredis that is no Cluster has ended. */
export const hasEnded = ({ status }: { readonly status: string }): boolean => status === 'end';
