import { RespiteError } from '../../../errors';
import type { CacheBackend } from '../../cache';
import {
  checkDuration,
  checkInteger,
  checkName,
  foreignData,
  fromJson,
  perform,
  replies,
  slotKey,
  toJson,
} from '../../stores/support';

const HOUR_MS = 3_600_000;
const DEFAULT_MAX_EVENTS = 1000;
/** So many events are read at once when a stream is resumed. */
const PAGE = 100;

/** Settings of an event store. */
export interface McpEventStoreOptions {
  /** The session whose streams it keeps: the id that its transport gives its client. */
  readonly sessionId: string;
  /** Milliseconds the events are kept after the last of them; default an hour. */
  readonly ttl?: number;
  /** How many events of the session are kept, the newest ones; default 1000. */
  readonly maxEvents?: number;
}

/**
 * Keeps what an MCP server sent to one session, so that a client whose connection broke is sent what it missed, by whichever
 * process it reaches then. The `eventStore` of a `NodeStreamableHTTPServerTransport`, one for each session: streams of
 * different sessions have the same names.
 *
 * ```ts
 * const sessionId = randomUUID();
 * new NodeStreamableHTTPServerTransport({
 *   sessionIdGenerator: () => sessionId,
 *   eventStore: new RedisEventStore(app.get(CacheBackend), { sessionId }),
 * });
 * ```
 */
export class RedisEventStore {
  readonly #client: CacheBackend['client'];
  readonly #session: string;
  readonly #key: string;
  readonly #ttl: number;
  readonly #maxEvents: number;

  /** @throws RespiteError `INPUT_INVALID` */
  constructor(backend: CacheBackend, options: McpEventStoreOptions) {
    const { sessionId, ttl = HOUR_MS, maxEvents = DEFAULT_MAX_EVENTS } = options;
    checkName('RedisEventStore: sessionId', sessionId);
    checkDuration('RedisEventStore: ttl', ttl);
    checkInteger('RedisEventStore: maxEvents', maxEvents, { min: 1 });
    this.#client = backend.client;
    this.#session = sessionId;
    this.#key = slotKey('mcp-session', sessionId, 'events');
    this.#ttl = ttl;
    this.#maxEvents = maxEvents;
  }

  /**
   * @returns the id of the event, which the client names when it comes back
   * @throws RespiteError `VALUE_TOO_LARGE`, `STORE_FAILED`
   */
  async storeEvent(streamId: string, message: unknown): Promise<string> {
    const json = toJson(`An event of the MCP session "${this.#session}"`, message);
    return perform('mcp.storeEvent', this.#session, async () => {
      const transaction = this.#client
        .multi()
        .xadd(this.#key, 'MAXLEN', '~', this.#maxEvents, '*', 'stream', streamId, 'message', json)
        .pexpire(this.#key, this.#ttl);
      const [id] = await replies(transaction.exec());
      return String(id);
    });
  }

  /** Which stream an event belongs to; `undefined` when the event is not kept (any more). */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    if (!isEventId(eventId)) return undefined;
    const [found] = await perform('mcp.streamOfEvent', this.#session, () =>
      this.#client.xrange(this.#key, eventId, eventId),
    );
    return found === undefined ? undefined : this.#read(found).stream;
  }

  /**
   * Sends what the stream of an event got after it, in order.
   * @returns the stream
   * @throws RespiteError `MCP_EVENTS_GONE` when the event is not kept any more: what came after it may not be, either
   */
  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: never) => Promise<void> },
  ): Promise<string> {
    const stream = await this.getStreamIdForEventId(lastEventId);
    if (stream === undefined) throw eventsGone(this.#session, lastEventId);
    let after = lastEventId;
    for (let page = await this.#after(after); page.length > 0; page = await this.#after(after)) {
      for (const entry of page) {
        after = entry[0];
        const event = this.#read(entry);
        // It is what storeEvent was given, which only the SDK knows the type of.
        if (event.stream === stream) await send(after, event.message as never);
      }
    }
    return stream;
  }

  /** Forgets all events of the session. */
  async clear(): Promise<void> {
    await perform('mcp.clearEvents', this.#session, () => this.#client.del(this.#key));
  }

  #after(id: string): Promise<[id: string, fields: string[]][]> {
    return perform('mcp.replayEvents', this.#session, () =>
      this.#client.xrange(this.#key, `(${id}`, '+', 'COUNT', PAGE),
    );
  }

  #read([id, fields]: [id: string, fields: string[]]): { readonly stream: string; readonly message: unknown } {
    const [streamName, stream, messageName, message] = fields;
    if (streamName !== 'stream' || messageName !== 'message' || stream === undefined || message === undefined) {
      throw foreignData(`The event ${id} of the MCP session "${this.#session}"`, 'has other fields');
    }
    return { stream, message: fromJson(`The event ${id} of the MCP session "${this.#session}"`, message) };
  }
}

/** As Redis names entries of a stream; the client says what it likes. */
function isEventId(id: string): boolean {
  return /^\d{1,20}-\d{1,20}$/.test(id);
}

function eventsGone(session: string, id: string): RespiteError {
  return new RespiteError('MCP_EVENTS_GONE', {
    message: `The MCP session "${session}" cannot be resumed after the event "${id}": it is not kept (any more). Begin a new session; a longer ttl or more maxEvents keep more.`,
  });
}
