import { setMaxListeners } from 'node:events';
import type { Clock, Logger } from '../../../container';
import { RespiteError } from '../../../errors';
import {
  checkDuration,
  checkInteger,
  checkName,
  invalid,
  isMilestone,
  perform,
  Script,
  SharedSubscriber,
  slotKey,
  toJson,
  type Topic,
  unlessAborted,
} from '../support';
import type { CacheBackend } from '../../cache';
import { BufferedSubscription } from './buffered-subscription';
import { readEnvelope, writeEnvelope } from './envelope';
import type {
  EventBus,
  EventBusStats,
  EventSubscription,
  Happening,
  PublishOptions,
  SubscribeOptions,
  Topics,
  WorkflowHappening,
} from './event-bus';
import { type TextStreamOptions, TextStreamPublisher } from './text-stream-publisher';

const DEFAULT_BUFFER_SIZE = 100;

const publishScript = new Script(__dirname, 'publish', { short: true });

/** What a bus is made of. */
export interface EventBusParts {
  readonly backend: CacheBackend;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events by Redis' pub/sub, all subscriptions on one connection. */
export class RedisEventBus implements EventBus {
  readonly #parts: EventBusParts;
  readonly #subscriber: SharedSubscriber;
  readonly #subscriptions = new Set<BufferedSubscription>();
  readonly #closing = new AbortController();
  readonly #counts = { sent: 0, received: 0, dropped: 0, malformed: 0 };
  readonly #latency = { count: 0, sum: 0, max: 0 };

  constructor(parts: EventBusParts) {
    this.#parts = parts;
    this.#subscriber = new SharedSubscriber(parts.backend);
    setMaxListeners(0, this.#closing.signal);
  }

  async publish(channel: string, data: unknown, { timeout = 0, signal }: PublishOptions = {}): Promise<void> {
    checkName('streaming.publish: channel', channel);
    checkDuration('streaming.publish: timeout', timeout, { min: 0 });
    const json = toJson(`streaming.publish: the event on "${channel}"`, data);
    const until = this.#untilClosed(signal);
    until.throwIfAborted();
    const message = writeEnvelope(this.#parts.clock.now(), json);
    const sending = perform('streaming.publish', channel, () => this.#send(channel, message));
    await this.#within(timeout, channel, unlessAborted(sending, until));
    this.#counts.sent += 1;
  }

  async subscribe(topics: Topics, { signal, bufferSize = DEFAULT_BUFFER_SIZE }: SubscribeOptions = {}) {
    const wanted = topicsOf(topics);
    checkInteger('streaming.subscribe: bufferSize', bufferSize, { min: 1 });
    const until = this.#untilClosed(signal);
    until.throwIfAborted();
    const names = wanted.map(({ name }) => name);
    const subscription = new BufferedSubscription({
      topics: names,
      bufferSize,
      signal,
      logger: this.#parts.logger,
      onDrop: () => (this.#counts.dropped += 1),
      onEnd: (ended) => {
        this.#subscriptions.delete(ended);
        listening.then(
          (stop) => stop(),
          () => undefined, // whoever subscribed was told
        );
      },
    });
    const listening = perform('streaming.subscribe', names.join(', '), () =>
      this.#subscriber.listen(wanted, (message, channel) => this.#receive(subscription, channel, message)),
    );
    try {
      await unlessAborted(listening, until);
    } catch (failure) {
      subscription.close();
      throw failure;
    }
    this.#subscriptions.add(subscription);
    return subscription;
  }

  publishWorkflowEvent(workflowId: string, event: Happening, options?: PublishOptions): Promise<void> {
    checkHappening('streaming.publishWorkflowEvent', event);
    return this.publish(workflowChannel(workflowId), happening(event, { workflowId }), options);
  }

  async publishTaskEvent(
    taskId: string,
    event: Happening,
    { workflowId, ...options }: PublishOptions & { readonly workflowId?: string } = {},
  ): Promise<void> {
    checkHappening('streaming.publishTaskEvent', event);
    const data = happening(event, { taskId, ...(workflowId !== undefined && { workflowId }) });
    const channels = [taskChannel(taskId), ...(workflowId === undefined ? [] : [workflowChannel(workflowId)])];
    await Promise.all(channels.map((channel) => this.publish(channel, data, options)));
  }

  subscribeToWorkflow(workflowId: string, options?: SubscribeOptions): Promise<EventSubscription> {
    return this.subscribe(workflowChannel(workflowId), options);
  }

  subscribeToTask(taskId: string, options?: SubscribeOptions): Promise<EventSubscription> {
    return this.subscribe(taskChannel(taskId), options);
  }

  subscribeToAllWorkflows(options?: SubscribeOptions): Promise<EventSubscription> {
    return this.subscribe({ patterns: 'workflow:*' }, options);
  }

  subscribeToAllTasks(options?: SubscribeOptions): Promise<EventSubscription> {
    return this.subscribe({ patterns: 'task:*' }, options);
  }

  textStream(channel: string, options: TextStreamOptions = {}): TextStreamPublisher {
    return new TextStreamPublisher(this, channel, this.#parts.logger, options);
  }

  stats(): EventBusStats {
    return { ...this.#counts, activeSubscriptions: this.#subscriptions.size, latency: { ...this.#latency } };
  }

  /** Ends every subscription; what they have received is still delivered. */
  close(): void {
    this.#closing.abort(
      new RespiteError('STORE_CLOSED', {
        message: 'Events can be neither published nor subscribed to any more: the application stops.',
      }),
    );
    for (const subscription of [...this.#subscriptions]) subscription.finish();
    this.#subscriber.close();
  }

  #send(channel: string, message: string): Promise<unknown> {
    const { client } = this.#parts.backend;
    // While a connection is being made ioredis sends PUBLISH past what waits for it: a server accepts it while loading.
    if (!client.isCluster && client.status === 'ready') return client.publish(channel, message);
    return publishScript.run(client, [slotKey('streaming', channel, 'channel')], [channel, message]);
  }

  #receive(subscription: BufferedSubscription, channel: string, message: string): void {
    const envelope = readEnvelope(message);
    if (envelope === undefined) {
      const total = ++this.#counts.malformed;
      if (!isMilestone(total)) return;
      const { logger } = this.#parts;
      logger.warn({ event: 'event_malformed', channel, total }, 'another program published what is not an event');
      return;
    }
    const latency = Math.max(0, this.#parts.clock.now() - envelope.at);
    this.#latency.count += 1;
    this.#latency.sum += latency;
    this.#latency.max = Math.max(this.#latency.max, latency);
    this.#counts.received += 1;
    subscription.push({ channel, ...envelope });
  }

  #untilClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  async #within(timeout: number, channel: string, sending: Promise<unknown>): Promise<void> {
    if (timeout === 0) return void (await sending);
    const { clock } = this.#parts;
    let timer: unknown;
    const over = new Promise<never>((_, reject) => {
      timer = clock.setTimer(() => reject(timedOut(channel, timeout)), timeout, { keepAlive: true });
    });
    try {
      await Promise.race([sending, over]);
    } finally {
      clock.clearTimer(timer);
    }
  }
}

function workflowChannel(id: string): string {
  checkName('streaming: workflow id', id);
  return `workflow:${id}`;
}

function taskChannel(id: string): string {
  checkName('streaming: task id', id);
  return `task:${id}`;
}

function checkHappening(operation: string, event: Happening): void {
  checkName(`${operation}: the type of the event`, event.type);
}

function happening({ type, data }: Happening, ids: Omit<WorkflowHappening, keyof Happening>): WorkflowHappening {
  return { type, ...ids, ...(data !== undefined && { data }) };
}

function topicsOf(topics: Topics): Topic[] {
  const named = (kind: Topic['kind'], names: string | readonly string[]): Topic[] =>
    [...new Set(typeof names === 'string' ? [names] : names)].map((name) => ({ kind, name }));
  const list =
    typeof topics === 'object' && 'patterns' in topics ? named('pattern', topics.patterns) : named('channel', topics);
  if (list.length === 0) throw invalid('streaming.subscribe: topics', 'is empty', 'Name at least one channel.');
  for (const { kind, name } of list) checkName(`streaming.subscribe: ${kind}`, name);
  return list;
}

function timedOut(channel: string, timeout: number): RespiteError {
  return new RespiteError('PUBLISH_TIMED_OUT', {
    message: `Redis did not take the event on "${channel}" within ${timeout} ms; it may still arrive. Publish it again if arriving twice does no harm.`,
  });
}
