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
    const client = this.#connected();
    const confirmed = topic.kind === 'channel' ? client.subscribe(topic.name) : client.psubscribe(topic.name);
    this.#subscriptions.set(keyOf(topic), { topic, listeners: new Set([listener]), confirmed });
    return confirmed;
  }

  #remove(topic: Topic, listener: TopicListener): void {
    const known = this.#subscriptions.get(keyOf(topic));
    if (known?.listeners.delete(listener) !== true || known.listeners.size > 0) return;
    this.#subscriptions.delete(keyOf(topic));
    const client = this.#connected();
    // Commands keep their order on a connection, so whoever subscribes again meanwhile stays subscribed.
    const ended = topic.kind === 'channel' ? client.unsubscribe(topic.name) : client.punsubscribe(topic.name);
    // Without a connection there is nothing to end.
    ended.catch(() => undefined);
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
