import type { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';

const EVENTS = ['message', 'messageBuffer', 'pmessage', 'pmessageBuffer'] as const;

/** The connection over which a Cluster subscribes, under the name by which ioredis calls it. */
export class ClusterSubscriber {
  readonly #connect: () => Redis;
  readonly #cluster: EventEmitter;
  #connection: Redis | null = null;

  constructor(connect: () => Redis, cluster: EventEmitter) {
    this.#connect = connect;
    this.#cluster = cluster;
  }

  getInstance(): Redis | null {
    return this.#connection;
  }

  isStarted(): boolean {
    return this.#connection !== null;
  }

  start(): void {
    const connection = this.#connect();
    // Its errors are those of the nodes, which the cluster reports.
    connection.on('error', () => undefined);
    for (const event of EVENTS)
      connection.on(event, (...message: unknown[]) => void this.#cluster.emit(event, ...message));
    this.#connection = connection;
  }

  stop(): void {
    this.#connection?.disconnect();
    this.#connection = null;
  }
}
