import { Redis } from 'ioredis';
import { createApp, type ConfigInput, silentLogger } from '../../../../src';
import { McpProxy, mcpProxyModule } from '../../../../src/modules/mcp-proxy';
import { connect, later, startProxy, textOf, TOKEN, untilState } from '../../../support/mcp/proxies';
import { everything, odd, startEverything } from '../../../support/mcp/servers';
import { until } from '../../../support/until';
import { type RedisServer, startRedisServer } from '../../../support/redis-server';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());
// What one test defines on the server is nothing to the next.
beforeEach(async () => {
  const client = new Redis(redis.port, redis.host);
  await client.flushall();
  client.disconnect();
});

/** Where definitions are: in the process, or on a server. */
const CACHES: readonly (readonly [string, () => ConfigInput])[] = [
  ['its cache in its process', () => ({})],
  ['its cache on a Redis', () => ({ redis: { mode: 'distributed', addr: `127.0.0.1:${redis.port}` } })],
];

describe.each(CACHES)('FR-10: a proxy with %s', (_, cache) => {
  it('offers a program by itself and among all, to clients of both kinds', async () => {
    const { proxy, url } = await startProxy(cache());
    await proxy.put(everything('everything'));
    const { tools, reconnects, lastConnected } = await untilState(proxy, 'everything', 'connected');
    expect(tools).toContain('echo');
    expect(reconnects).toBe(0);
    expect(lastConnected).toBeGreaterThan(0);
    for (const mode of ['legacy', 'auto'] as const) {
      const one = await connect(`${url}/everything/mcp`, { mode });
      expect(one.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
      expect((await one.listTools()).tools.map(({ name }) => name)).toEqual(tools);
      expect(textOf(await one.callTool({ name: 'echo', arguments: { message: 'hello' } }))).toBe('Echo: hello');
      const { resources } = await one.listResources();
      const { contents } = await one.readResource({ uri: resources[0]?.uri ?? '' });
      expect(contents).toHaveLength(1);
      const { prompts } = await one.listPrompts();
      expect((await one.getPrompt({ name: prompts[0]?.name ?? '' })).messages.length).toBeGreaterThan(0);
      const all = await connect(`${url}/mcp`, { mode });
      expect((await all.listTools()).tools.map(({ name }) => name)).toEqual(tools.map((name) => `everything__${name}`));
      const sum = await all.callTool({ name: 'everything__get-sum', arguments: { a: 2, b: 3 } });
      expect(textOf(sum)).toContain('5');
    }
  });

  it.each(['streamable-http', 'sse'] as const)('offers a server over %s', async (transport) => {
    const server = await startEverything(transport === 'sse' ? 'sse' : 'streamableHttp');
    const { proxy, url } = await startProxy(cache());
    await proxy.put({ name: transport, transport, url: server.url });
    await untilState(proxy, transport, 'connected');
    const client = await connect(`${url}/${transport}/mcp`);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'far' } }))).toBe('Echo: far');
    expect(textOf(await proxy.call(transport, 'echo', { message: 'near' }))).toBe('Echo: near');
    await proxy.delete(transport);
  });

  it('is used from elsewhere by the same calls', async () => {
    const { url } = await startProxy(cache());
    const app = createApp({
      config: { mode: 'standalone', mcpproxy: { mode: 'distributed', url, token: TOKEN } },
      configFile: false,
      env: {},
      logger: silentLogger,
      modules: [mcpProxyModule],
    });
    later(app, (each) => each.stop());
    await app.start();
    const proxy = app.get(McpProxy);
    expect(proxy.url).toBe(url);
    expect((await proxy.create(odd('far'))).definition).toMatchObject({ name: 'far', timeout: 60_000 });
    await untilState(proxy, 'far', 'connected');
    expect(textOf(await proxy.call('far', 'big', { bytes: 3 }))).toBe('xxx');
    expect((await proxy.tools()).map(({ qualifiedName }) => qualifiedName)).toContain('far__pid');
    expect((await proxy.list()).map(({ definition }) => definition.name)).toContain('far');
    await expect(proxy.create(odd('far'))).rejects.toMatchObject({ code: 'MCP_SERVER_EXISTS' });
    await expect(proxy.call('nobody', 'x')).rejects.toMatchObject({ code: 'MCP_SERVER_UNKNOWN' });
    expect(await proxy.delete('far')).toBe(true);
    expect(await proxy.delete('far')).toBe(false);
    await expect(proxy.get('far')).rejects.toMatchObject({ code: 'MCP_SERVER_UNKNOWN' });
  });
});

it('passes progress on to who asked for it, and to nobody else', async () => {
  const { proxy, url } = await startProxy();
  await proxy.put(everything('everything'));
  await untilState(proxy, 'everything', 'connected');
  for (const mode of ['legacy', 'auto'] as const) {
    const client = await connect(`${url}/mcp`, { mode });
    const seen: number[] = [];
    const call = { name: 'everything__trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } };
    const silent = client.callTool(call);
    await client.callTool(call, { onprogress: ({ progress }) => seen.push(progress) });
    await silent;
    expect(seen).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(new Set(seen).size).toBe(seen.length);
  }
});

it('answers 50 calls at once, each with its own', async () => {
  const { proxy, url } = await startProxy();
  await proxy.put(everything('everything'));
  await untilState(proxy, 'everything', 'connected');
  const client = await connect(`${url}/everything/mcp`);
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const message = `${n}`;
      return textOf(await client.callTool({ name: 'echo', arguments: { message } }));
    }),
  );
  expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => `Echo: ${n}`));
});

it('two proxies on one Redis see what the other defines, replaces and deletes, and what became of it', async () => {
  const cache: ConfigInput = { redis: { mode: 'distributed', addr: `127.0.0.1:${redis.port}` } };
  const [first, second] = [await startProxy(cache), await startProxy(cache)];
  await first.proxy.put(odd('shared'));
  await untilState(second.proxy, 'shared', 'connected');
  const listener = await connect(`${second.url}/mcp`);
  const toolsOf = async (): Promise<string[]> => (await listener.listTools()).tools.map(({ name }) => name);
  expect(await toolsOf()).toContain('shared__pid');
  const changed = new Promise((resolve) =>
    listener.setNotificationHandler('notifications/tools/list_changed', () => resolve(undefined)),
  );
  await first.proxy.put({ ...odd('shared'), tools: { include: ['p*'] } });
  await changed;
  await until('only what the filter lets through is there', async () => (await toolsOf()).length === 1);
  expect(await toolsOf()).toEqual(['shared__pid']);
  // Each has its own program.
  const [a, b] = [await first.proxy.call('shared', 'pid'), await second.proxy.call('shared', 'pid')];
  expect(textOf(a)).not.toBe(textOf(b));
  await second.proxy.delete('shared');
  await expect(first.proxy.get('shared')).rejects.toMatchObject({ code: 'MCP_SERVER_UNKNOWN' });
  expect((await first.proxy.list()).map(({ definition }) => definition.name)).not.toContain('shared');
});
