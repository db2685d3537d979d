import { createToken } from '../../../container';
import type { TextStreamOptions, TextStreamPublisher } from './text-stream-publisher';

/** What was published, as a subscriber gets it. */
export interface BusEvent {
  readonly channel: string;
  /** Any value that can be written as JSON. */
  readonly data: unknown;
  /** When it was published, in milliseconds since the epoch, by the publisher's clock. */
  readonly at: number;
}

/** What happened to a workflow or a task: the `data` of its events. */
export interface Happening {
  /** What happened: `started`, `progress`, ... */
  readonly type: string;
  readonly data?: unknown;
}

/** A happening as it is published. */
export interface WorkflowHappening extends Happening {
  readonly workflowId?: string;
  readonly taskId?: string;
}

/** What to subscribe to: a channel, some, or patterns such as `workflow:*`. */
export type Topics = string | readonly string[] | { readonly patterns: string | readonly string[] };

/** Settings of `publish`. */
export interface PublishOptions {
  /** Milliseconds to wait for Redis; default 0, for as long as the connection does. */
  readonly timeout?: number;
  /** Ends the waiting; `publish` then rejects with its reason. The event may have been sent. */
  readonly signal?: AbortSignal;
}

/** Settings of a subscription. */
export interface SubscribeOptions {
  /** Ends the subscription and its iteration. */
  readonly signal?: AbortSignal;
  /** How many events wait for a slow consumer; beyond it the oldest are dropped, counted and logged. Default 100. */
  readonly bufferSize?: number;
}

/** Events as they come, in the order Redis delivers them. `break`, the signal or `close` end it. */
export interface EventSubscription extends AsyncIterableIterator<BusEvent>, AsyncDisposable {
  /** How many events were dropped because the consumer was too slow. */
  readonly dropped: number;
  close(): void;
  [Symbol.asyncIterator](): this;
}

/** What an event bus has done since it was made. */
export interface EventBusStats {
  readonly sent: number;
  /** Events given to subscriptions, each as often as there were subscriptions it was for. */
  readonly received: number;
  readonly dropped: number;
  /** Messages on the channels that are not events: another program published them. They are logged and left out. */
  readonly malformed: number;
  readonly activeSubscriptions: number;
  /** From publishing to receiving, in milliseconds; between machines as exact as their clocks. */
  readonly latency: { readonly count: number; readonly sum: number; readonly max: number };
}

/**
 * Publishes events to whoever subscribes, in this process and in others. Nothing is kept: who is not subscribed, or has
 * lost the connection, does not get them.
 *
 * Every method throws `INPUT_INVALID` for arguments it cannot use, `STORE_FAILED` when Redis refuses or cannot be
 * reached, and `STORE_CLOSED` when the application stops.
 *
 * As a value, `EventBus` is the token: `app.get(EventBus)`, with `createApp({ modules: [streamingModule] })`.
 */
export interface EventBus {
  /**
   * Publishes one event. Events that one process publishes on one channel arrive in that order. One that was on its way
   * when a connection was lost may arrive twice.
   * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`, `PUBLISH_TIMED_OUT`
   */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<void>;
  /** Resolves when Redis has confirmed: what is published from then on arrives. */
  subscribe(topics: Topics, options?: SubscribeOptions): Promise<EventSubscription>;
  /** Publishes on `workflow:<id>`. */
  publishWorkflowEvent(workflowId: string, event: Happening, options?: PublishOptions): Promise<void>;
  /** Publishes on `task:<id>`, and on the channel of the workflow it belongs to. */
  publishTaskEvent(
    taskId: string,
    event: Happening,
    options?: PublishOptions & { readonly workflowId?: string },
  ): Promise<void>;
  /** The events of a workflow and of its tasks. */
  subscribeToWorkflow(workflowId: string, options?: SubscribeOptions): Promise<EventSubscription>;
  subscribeToTask(taskId: string, options?: SubscribeOptions): Promise<EventSubscription>;
  subscribeToAllWorkflows(options?: SubscribeOptions): Promise<EventSubscription>;
  subscribeToAllTasks(options?: SubscribeOptions): Promise<EventSubscription>;
  /** A publisher of text that comes bit by bit, such as the answer of a model. */
  textStream(channel: string, options?: TextStreamOptions): TextStreamPublisher;
  stats(): EventBusStats;
}

export const EventBus = createToken<EventBus>('EventBus');
