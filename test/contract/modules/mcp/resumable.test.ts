import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { CacheBackend } from '../../../../src';
import { RedisEventStore, RedisSessionStore } from '../../../../src/modules/mcp-proxy';
import { inEveryPlace } from '../stores/places';

interface Sent {
  readonly id: string;
  readonly message: unknown;
}

inEveryPlace([], (place) => {
  const backend = (): CacheBackend => place().app.get(CacheBackend);
  const eventsOf = (sessionId: string, more: object = {}): RedisEventStore =>
    new RedisEventStore(backend(), { sessionId, ...more });

  async function replayed(store: RedisEventStore, after: string): Promise<{ stream: string; sent: Sent[] }> {
    const sent: Sent[] = [];
    const stream = await store.replayEventsAfter(after, {
      send: async (id: string, message: unknown) => void sent.push({ id, message }),
    });
    return { stream, sent };
  }

  it('FR-10: events of a stream are sent again from where its client was, in order, and no others', async () => {
    const store = eventsOf('s');
    const first = await store.storeEvent('a', { n: 1 });
    await store.storeEvent('b', { n: 2 });
    const third = await store.storeEvent('a', { n: 3 });
    await eventsOf('other').storeEvent('a', { n: 4 });
    // Another process has another store.
    expect(await replayed(eventsOf('s'), first)).toEqual({ stream: 'a', sent: [{ id: third, message: { n: 3 } }] });
    expect((await replayed(store, third)).sent).toEqual([]);
    expect(await store.getStreamIdForEventId(third)).toBe('a');
    await store.clear();
    expect(await store.getStreamIdForEventId(third)).toBeUndefined();
  });

  it('many events are sent again page by page, and only the newest are kept', async () => {
    const store = eventsOf('s', { maxEvents: 300 });
    const ids: string[] = [];
    for (let n = 0; n < 1000; n += 1) ids.push(await store.storeEvent('a', n));
    const { sent } = await replayed(store, ids[700] ?? '');
    expect(sent.map(({ message }) => message)).toEqual(Array.from({ length: 299 }, (_, n) => n + 701));
    await expect(replayed(store, ids[0] ?? '')).rejects.toMatchObject({ code: 'MCP_EVENTS_GONE' });
  });

  it('they expire, and bad input is refused', async () => {
    const store = eventsOf('s', { ttl: 60_000 });
    await store.storeEvent('a', 1);
    const left = await place().client.pttl('mcp-session:{s}:events');
    expect(left).toBeGreaterThan(1);
    expect(left).toBeLessThanOrEqual(60_000);
    for (const id of ['', 'x', '1', '(1-1', '+', '99999999999999999999999-1']) {
      await expect(replayed(store, id)).rejects.toMatchObject({ code: 'MCP_EVENTS_GONE' });
    }
    expect(() => eventsOf('')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => eventsOf('s', { maxEvents: 0 })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    await expect(store.storeEvent('a', () => 1)).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' });
    await place().client.set('mcp-session:{t}:events', 'x');
    await expect(eventsOf('t').storeEvent('a', 1)).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
  });

  it('sessions are kept while they are used', async () => {
    const sessions = new RedisSessionStore(backend(), { ttl: 60_000 });
    expect(await sessions.get('s')).toBeUndefined();
    await sessions.save('s', { initialize: { id: 1 } });
    await place().client.pexpire('mcp-session:{s}:data', 1000);
    expect(await sessions.get('s')).toEqual({ initialize: { id: 1 } });
    expect(await place().client.pttl('mcp-session:{s}:data')).toBeGreaterThan(1000);
    expect(await sessions.delete('s')).toBe(true);
    expect(await sessions.delete('s')).toBe(false);
  });

  it('a session goes on at another process, and its client is sent what it missed', async () => {
    const [first, second] = [await serveMcp(backend()), await serveMcp(backend())];
    const client = new Client({ name: 'test', version: '1' });
    try {
      let at = first.url;
      const transport = new StreamableHTTPClientTransport(first.url, {
        fetch: (url, init) => fetch(new URL(new URL(url).pathname, at), init),
        reconnectionOptions: {
          initialReconnectionDelay: 10,
          maxReconnectionDelay: 10,
          reconnectionDelayGrowFactor: 1,
          maxRetries: 100,
        },
      });
      await client.connect(transport);
      const calling = new Promise<void>((resolve) => (first.onCall = resolve));
      let answer: Promise<unknown> | undefined;
      // From then on the client knows where it is in the stream.
      const resumable = new Promise<void>((resolve) => {
        answer = client.callTool({ name: 'slow' }, { onresumptiontoken: () => resolve() });
      });
      await Promise.all([calling, resumable]);
      // The connection breaks; the client comes back, to another process; the first one answers after that.
      const resuming = new Promise<void>((resolve) => (second.onResume = resolve));
      at = second.url;
      first.server.closeAllConnections();
      await resuming;
      first.finish();
      expect(await answer).toMatchObject({ content: [{ type: 'text', text: 'slow but sure' }] });
    } finally {
      await client.close();
      first.close();
      second.close();
    }
  });
});

/** One of several processes of a server, as docs/guides/mcp-proxy.md has them. */
class McpProcess {
  readonly server: HttpServer;
  url = new URL('http://127.0.0.1');
  onCall = (): void => undefined;
  onResume = (): void => undefined;
  finish = (): void => undefined;
  readonly #backend: CacheBackend;
  readonly #sessions: RedisSessionStore;
  readonly #transports = new Map<string, NodeStreamableHTTPServerTransport>();

  constructor(backend: CacheBackend) {
    this.#backend = backend;
    this.#sessions = new RedisSessionStore(backend);
    this.server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`);
    return this;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as unknown);
    const id = request.headers['mcp-session-id'];
    let transport: NodeStreamableHTTPServerTransport | undefined;
    if (typeof id !== 'string') {
      const sessionId = randomUUID();
      await this.#sessions.save(sessionId, body);
      transport = await this.#open(sessionId);
    } else {
      transport = this.#transports.get(id) ?? (await this.#adopt(id));
    }
    if (transport === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (request.headers['last-event-id'] !== undefined) await this.#resume(request, response, String(id));
    else await transport.handleRequest(request, response, body);
  }

  /** Sends what the client missed, and goes on looking until its answer is there. */
  async #resume(request: IncomingMessage, response: ServerResponse, sessionId: string): Promise<void> {
    this.onResume();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': sessionId });
    const store = new RedisEventStore(this.#backend, { sessionId });
    let last = String(request.headers['last-event-id']);
    const state = { answered: false };
    while (!state.answered && !response.destroyed) {
      await store.replayEventsAfter(last, {
        send: async (id: string, message: object) => {
          last = id;
          state.answered ||= 'result' in message;
          response.write(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
        },
      });
    }
    response.end();
  }

  async #open(sessionId: string): Promise<NodeStreamableHTTPServerTransport> {
    const server = new McpServer({ name: 'resumable', version: '1' });
    const inputSchema = fromJsonSchema({ type: 'object' });
    server.registerTool('slow', { inputSchema }, async () => {
      const finished = new Promise<void>((resolve) => (this.finish = resolve));
      this.onCall();
      await finished;
      return { content: [{ type: 'text', text: 'slow but sure' }] };
    });
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => sessionId,
      eventStore: new RedisEventStore(this.#backend, { sessionId }),
      retryInterval: 10,
    });
    await server.connect(transport);
    this.#transports.set(sessionId, transport);
    return transport;
  }

  async #adopt(sessionId: string): Promise<NodeStreamableHTTPServerTransport | undefined> {
    const initialize = await this.#sessions.get(sessionId);
    return initialize === undefined ? undefined : this.#open(sessionId);
  }
}

const serveMcp = (backend: CacheBackend): Promise<McpProcess> => new McpProcess(backend).listen();
