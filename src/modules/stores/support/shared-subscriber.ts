import type { CacheBackend } from '../../cache';

/** A channel, or a pattern of channels as PSUBSCRIBE takes it. */
export interface Topic {
  readonly kind: 'channel' | 'pattern';
  readonly name: string;
}

/** Called for every message of a topic, in the order they arrive. */
export type TopicListener = (message: string, channel: string, topic: Topic) => void;

/** Who listens to a topic, and whether the server knows yet. */
interface Subscription {
  readonly topic: Topic;
  readonly listeners: Set<TopicListener>;
  readonly confirmed: Promise<unknown>;
}

type Client = CacheBackend['client'];

/** One connection for all subscriptions of a module; opened for the first, closed with the module. */
export class SharedSubscriber {
  readonly #open: () => Client;
  readonly #subscriptions = new Map<string, Subscription>();
  #client: Client | undefined;
  /** Resolved once what is said may be said; there while the connection is made. */
  #gate: Promise<void> | undefined;

  constructor(backend: CacheBackend) {
    this.#open = () => backend.connection('subscriber');
  }

  /** Resolves once the server has confirmed every topic, with what ends listening. */
  async listen(topics: readonly Topic[], listener: TopicListener): Promise<() => void> {
    const confirmations = topics.map((topic) => this.#add(topic, listener));
    const stop = (): void => {
      for (const topic of topics) this.#remove(topic, listener);
    };
    try {
      await Promise.all(confirmations);
    } catch (failure) {
      stop();
      throw failure;
    }
    return stop;
  }

  close(): void {
    this.#subscriptions.clear();
    this.#client?.disconnect();
  }

  #add(topic: Topic, listener: TopicListener): Promise<unknown> {
    const known = this.#subscriptions.get(keyOf(topic));
    if (known !== undefined) {
      known.listeners.add(listener);
      return known.confirmed;
    }
    const confirmed = this.#say((client) =>
      topic.kind === 'channel' ? client.subscribe(topic.name) : client.psubscribe(topic.name),
    );
    this.#subscriptions.set(keyOf(topic), { topic, listeners: new Set([listener]), confirmed });
    return confirmed;
  }

  #remove(topic: Topic, listener: TopicListener): void {
    const known = this.#subscriptions.get(keyOf(topic));
    if (known?.listeners.delete(listener) !== true || known.listeners.size > 0) return;
    this.#subscriptions.delete(keyOf(topic));
    // Commands keep their order on a connection, so whoever subscribes again meanwhile stays subscribed.
    const ended = this.#say((client) =>
      topic.kind === 'channel' ? client.unsubscribe(topic.name) : client.punsubscribe(topic.name),
    );
    // Without a connection there is nothing to end.
    ended.catch(() => undefined);
  }

  /**
   * Sends a command, in its order. Connected and not yet ready, ioredis would send a SUBSCRIBE before its own INFO, which is then
   * refused ("Connection in subscriber mode"), and with it everything that waits (ioredis 5.11, Redis.js: `sendCommand`).
   */
  #say(command: (client: Client) => Promise<unknown>): Promise<unknown> {
    const client = this.#connected();
    if (this.#gate === undefined && client.status === 'connect') {
      const gate = settled(client);
      this.#gate = gate;
      void gate.then(() => (this.#gate = undefined));
    }
    return this.#gate === undefined ? command(client) : this.#gate.then(() => command(client));
  }

  #connected(): Client {
    if (this.#client !== undefined) return this.#client;
    const client = this.#open();
    client.on('message', (channel: string, message: string) => {
      this.#deliver({ kind: 'channel', name: channel }, channel, message);
    });
    client.on('pmessage', (pattern: string, channel: string, message: string) => {
      this.#deliver({ kind: 'pattern', name: pattern }, channel, message);
    });
    this.#client = client;
    return client;
  }

  #deliver(topic: Topic, channel: string, message: string): void {
    const known = this.#subscriptions.get(keyOf(topic));
    for (const listener of known?.listeners ?? []) listener(message, channel, topic);
  }
}

const keyOf = ({ kind, name }: Topic): string => `${kind} ${name}`;

/** Resolves when a connection that is being made is ready, or has been given up: then its queue takes what is said. */
function settled(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const events = ['ready', 'close', 'end'];
    const done = (): void => {
      for (const event of events) client.off(event, done);
      resolve();
    };
    for (const event of events) client.on(event, done);
  });
}
