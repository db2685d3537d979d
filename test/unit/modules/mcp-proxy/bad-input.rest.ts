import { once } from 'node:events';
import { request } from 'node:http';
import type { Logger } from '../../../../src';
import { admin, connect, INITIALIZE, post, startProxy, textOf, TOKEN, untilState } from '../../../support/mcp/proxies';
import { odd, startEverything } from '../../../support/mcp/servers';
import { until } from '../../../support/until';

/** A logger that keeps every line. */
function listening(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (fields: unknown, message?: string): void =>
    void lines.push(`${JSON.stringify(fields)} ${message ?? ''}`);
  return { lines, logger: { debug: note, info: note, warn: note, error: note } };
}

/** A request with any headers: fetch would not send another Host. */
function raw(url: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end(body);
  });
}

describe('servers that misbehave', () => {
  it('one that crashes at its start is tried again, and its status has its last words', async () => {
    const { proxy, url, app } = await startProxy();
    await proxy.put(odd('crashing', 'crash'));
    await until('it was tried again', async () => (await proxy.get('crashing')).status.reconnects > 0);
    const { lastError } = await untilState(proxy, 'crashing', 'waiting');
    expect(lastError).toContain('I cannot find my settings');
    await expect(proxy.call('crashing', 'pid')).rejects.toMatchObject({
      code: 'MCP_SERVER_UNAVAILABLE',
      message: expect.stringContaining('I cannot find my settings'),
    });
    expect((await post(`${url}/crashing/mcp`, INITIALIZE)).status).toBe(503);
    await app.stop();
  });

  it('without autoReconnect, one that crashes has failed', async () => {
    const { proxy } = await startProxy();
    await proxy.put({ ...odd('crashing', 'crash'), autoReconnect: false });
    expect((await untilState(proxy, 'crashing', 'failed')).reconnects).toBe(0);
    // Defined once more, it is begun once more.
    await proxy.put({ ...odd('crashing', 'crash'), autoReconnect: false });
    await untilState(proxy, 'crashing', 'failed');
  });

  it('one that never answers is given up after its time', async () => {
    const { proxy } = await startProxy();
    await proxy.put({ ...odd('hanging', 'hang'), timeout: 100 });
    expect((await untilState(proxy, 'hanging', 'waiting')).lastError).toContain('timed out');
  });

  it('a tool that never returns is given up after its time, and told so; others go on meanwhile', async () => {
    const { proxy, url } = await startProxy();
    await proxy.put({ ...odd('odd'), timeout: 300 });
    await untilState(proxy, 'odd', 'connected');
    const waiting = proxy.call('odd', 'never');
    expect(textOf(await proxy.call('odd', 'big', { bytes: 1 }))).toBe('x');
    await expect(waiting).rejects.toMatchObject({ code: 'MCP_CALL_TIMED_OUT' });
    await until('it was told', async () => textOf(await proxy.call('odd', 'cancelled')) !== '');
    const client = await connect(`${url}/odd/mcp`);
    await expect(client.callTool({ name: 'never' })).rejects.toMatchObject({
      message: expect.stringContaining('did not answer tools/call within 300 ms'),
      data: { code: 'MCP_CALL_TIMED_OUT' },
    });
    // Who gives up before that is heard, too.
    const told = textOf(await proxy.call('odd', 'cancelled')).split(',').length;
    const signal = AbortSignal.timeout(20);
    await expect(client.callTool({ name: 'never' }, { signal })).rejects.toThrow();
    await until('it was told again', async () => textOf(await proxy.call('odd', 'cancelled')).split(',').length > told);
  });

  it('lines that are no JSON-RPC are logged and change nothing', async () => {
    const { logger, lines } = listening();
    const { proxy } = await startProxy({}, { logger });
    await proxy.put(odd('garbage', 'garbage'));
    await untilState(proxy, 'garbage', 'connected');
    expect(textOf(await proxy.call('garbage', 'big', { bytes: 2 }))).toBe('xx');
    expect(lines.some((line) => line.includes('mcp_server_protocol_error'))).toBe(true);
  });

  it("a server's own error passes through with its code, words and data", async () => {
    const { proxy, url } = await startProxy();
    await proxy.put(odd('odd'));
    await untilState(proxy, 'odd', 'connected');
    for (const path of ['/odd/mcp', '/mcp']) {
      const client = await connect(url + path);
      const name = path === '/mcp' ? 'odd__refuse' : 'refuse';
      await expect(client.callTool({ name })).rejects.toMatchObject({
        code: -31_999,
        message: expect.stringContaining('I would rather not'),
        data: { why: 'moods' },
      });
    }
    await expect(proxy.call('odd', 'refuse')).rejects.toMatchObject({ code: 'MCP_CALL_FAILED' });
  });

  it('kill -9 of a program: the call under way fails, the next ones are of a new one', async () => {
    const { proxy } = await startProxy();
    await proxy.put(odd('odd'));
    await untilState(proxy, 'odd', 'connected');
    const pid = Number(textOf(await proxy.call('odd', 'pid')));
    const waiting = proxy.call('odd', 'never');
    const refused = expect(waiting).rejects.toMatchObject({ code: 'MCP_SERVER_UNAVAILABLE' });
    process.kill(pid, 'SIGKILL');
    await refused;
    await until('it is there again', async () => (await proxy.get('odd')).status.reconnects > 0);
    const { lastError } = await untilState(proxy, 'odd', 'connected');
    expect(lastError).toBeUndefined();
    expect(textOf(await proxy.call('odd', 'pid'))).not.toBe(String(pid));
  });

  it.each(['streamable-http', 'sse'] as const)(
    'kill -9 of a server over %s: it is missed, and found again',
    async (transport) => {
      const kind = transport === 'sse' ? 'sse' : 'streamableHttp';
      const server = await startEverything(kind);
      const { proxy } = await startProxy();
      await proxy.put({ name: 'far', transport, url: server.url });
      await untilState(proxy, 'far', 'connected');
      server.process.kill('SIGKILL');
      await once(server.process, 'exit');
      await expect(proxy.call('far', 'echo', { message: 'x' })).rejects.toMatchObject({
        code: 'MCP_SERVER_UNAVAILABLE',
      });
      await startEverything(kind, server.port);
      await untilState(proxy, 'far', 'connected');
      expect(textOf(await proxy.call('far', 'echo', { message: 'again' }))).toBe('Echo: again');
    },
  );

  it('a program that is not there, and a variable that is not there, are said', async () => {
    const { proxy } = await startProxy();
    await proxy.put({ name: 'none', transport: 'stdio', command: 'no-such-program' });
    expect((await untilState(proxy, 'none', 'waiting')).lastError).toContain('There is no program "no-such-program"');
    await proxy.put({ ...odd('none'), env: { KEY: '${NO_SUCH_VARIABLE}' } });
    await until('it was tried', async () => (await proxy.get('none')).status.lastError?.includes('NO_SUCH') === true);
  });
});

describe('clients and others that misbehave', () => {
  it('nobody defines a program, or sees one, without the token', async () => {
    const { proxy, url } = await startProxy();
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: TOKEN }, { authorization: '' }]) {
      expect((await admin(url, 'POST', '/admin/mcps', odd('evil'), headers)).status).toBe(401);
      expect((await admin(url, 'PUT', '/admin/mcps/evil', odd('evil'), headers)).status).toBe(401);
      expect((await admin(url, 'GET', '/admin/mcps', undefined, headers)).status).toBe(401);
      expect((await admin(url, 'POST', '/admin/tools/call', { server: 'x', tool: 'y' }, headers)).status).toBe(401);
    }
    expect(await proxy.list()).toEqual([]);
  });

  it('on an address others reach everything but /healthz needs the token', async () => {
    const { url } = await startProxy({ mcpproxy: { host: '0.0.0.0' } });
    const here = url.replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(`${here}/healthz`)).status).toBe(200);
    expect((await post(`${here}/mcp`, INITIALIZE)).status).toBe(401);
    const client = await connect(`${here}/mcp`);
    expect((await client.listTools()).tools).toEqual([]);
  });

  it('a foreign Host or Origin is refused', async () => {
    const { url } = await startProxy();
    const { host, port } = new URL(url);
    const token = `Bearer ${TOKEN}`;
    for (const path of ['/healthz', '/admin/mcps', '/mcp']) {
      expect(await raw(url + path, { host: `evil.example:${port}`, authorization: token })).toBe(403);
      expect(await raw(url + path, { host, origin: 'https://evil.example', authorization: token })).toBe(403);
      expect(await raw(url + path, { host, origin: 'null', authorization: token })).toBe(403);
    }
    expect(await raw(`${url}/admin/mcps`, { host: `localhost:${port}`, authorization: token })).toBe(200);
    expect(await raw(`${url}/admin/mcps`, { host, origin: `http://localhost:3000`, authorization: token })).toBe(200);
    const wide = await startProxy({ mcpproxy: { host: '0.0.0.0' } });
    const here = wide.url.replace('0.0.0.0', '127.0.0.1');
    expect(await raw(`${here}/admin/mcps`, { host: 'any.example', authorization: token })).toBe(200);
    const foreign = { host: 'any.example', origin: 'https://evil.example', authorization: token };
    expect(await raw(`${here}/admin/mcps`, foreign)).toBe(403);
  });

  it('an unknown server, tool, path, method and session are said', async () => {
    const { proxy, url } = await startProxy();
    await proxy.put(odd('odd'));
    await untilState(proxy, 'odd', 'connected');
    expect((await post(`${url}/nobody/mcp`, INITIALIZE)).status).toBe(404);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await admin(url, 'PATCH', '/admin/mcps')).status).toBe(405);
    expect((await admin(url, 'GET', '/admin/other')).status).toBe(404);
    expect(await admin(url, 'GET', '/admin/mcps/nobody')).toMatchObject({
      status: 404,
      body: { error: { code: 'MCP_SERVER_UNKNOWN' } },
    });
    const call = { server: 'odd', tool: 'nothing' };
    expect(await admin(url, 'POST', '/admin/tools/call', call)).toMatchObject({
      status: 404,
      body: { error: { code: 'MCP_TOOL_UNKNOWN' } },
    });
    const lost = await post(
      `${url}/mcp`,
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { 'mcp-session-id': 'none' },
    );
    expect(lost.status).toBe(404);
    expect((await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status).toBe(400);
    const client = await connect(`${url}/odd/mcp`);
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32_602 });
    await expect(client.request({ method: 'resources/list' })).rejects.toThrow();
  });

  it('a session of one server does not open another', async () => {
    const { proxy, url } = await startProxy();
    await proxy.put(odd('one'));
    await untilState(proxy, 'one', 'connected');
    const opened = await post(`${url}/mcp`, INITIALIZE);
    const id = opened.headers.get('mcp-session-id') ?? '';
    expect(id).not.toBe('');
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect((await post(`${url}/one/mcp`, list, { 'mcp-session-id': id })).status).toBe(404);
    expect((await post(`${url}/mcp`, list, { 'mcp-session-id': id })).status).toBe(200);
  });

  it.each([
    ['no JSON', '{"jsonrpc":', 400],
    ['nothing', '', 400],
    ['no JSON-RPC', '{"hello":"world"}', 400],
    ['a list', '[1,2,3]', 400],
    ['a number', '7', 400],
    ['more than 4 MB', JSON.stringify({ ...INITIALIZE, padding: 'x'.repeat(5 * 2 ** 20) }), 413],
  ])('a body that is %s is refused, and the proxy goes on', async (_, body, status) => {
    const { url } = await startProxy();
    expect((await post(`${url}/mcp`, body)).status).toBe(status);
    expect((await post(`${url}/mcp`, INITIALIZE)).status).toBe(200);
  });

  it('a body of another type is refused', async () => {
    const { url } = await startProxy();
    expect((await post(`${url}/mcp`, INITIALIZE, { 'content-type': 'text/plain' })).status).toBe(415);
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/plain' };
    expect((await fetch(`${url}/admin/mcps`, { method: 'POST', headers, body: '{}' })).status).toBe(415);
  });
});

describe('secrets', () => {
  it('are in no answer, no log line and no error, and survive being sent back as they were shown', async () => {
    const { logger, lines } = listening();
    process.env['SECRET_OF_THE_PROXY'] = 'referred-secret';
    const { proxy, url } = await startProxy({}, { logger });
    const definition = {
      ...odd('odd'),
      args: [...odd('odd').args, '--api-key=argument-secret', '--token', 'separate-secret'],
      env: { PLAIN: 'stored-secret', REFERENCE: '${SECRET_OF_THE_PROXY}', MIXED: 'x-${SECRET_OF_THE_PROXY}' },
    };
    await proxy.put(definition);
    await untilState(proxy, 'odd', 'connected');
    const shown = await proxy.get('odd');
    expect(shown.definition).toMatchObject({
      env: { PLAIN: '***', REFERENCE: '${SECRET_OF_THE_PROXY}', MIXED: '***' },
      args: [definition.args[0], '--api-key=***', '--token', '***'],
    });
    expect(textOf(await proxy.call('odd', 'environment', { name: 'MIXED' }))).toBe('x-referred-secret');
    expect(textOf(await proxy.call('odd', 'environment', { name: 'PLAIN' }))).toBe('stored-secret');
    // The proxy's own variables are not the program's.
    expect(textOf(await proxy.call('odd', 'environment', { name: 'SECRET_OF_THE_PROXY' }))).toBe('(none)');
    for (const words of ['stored-secret', 'referred-secret', 'argument-secret', 'separate-secret']) {
      await proxy.call('odd', 'complain', { words: `cannot log in with ${words}` });
    }
    await proxy.put({ ...shown.definition, timeout: 5000 });
    await untilState(proxy, 'odd', 'connected');
    expect(textOf(await proxy.call('odd', 'environment', { name: 'PLAIN' }))).toBe('stored-secret');
    await expect(proxy.put({ ...odd('odd'), env: { OTHER: '***' } })).rejects.toMatchObject({
      code: 'MCP_DEFINITION_INVALID',
    });
    await until('the complaints were logged', () =>
      Promise.resolve(lines.filter((line) => line.includes('cannot log in with ***')).length >= 4),
    );
    const all = [...lines, JSON.stringify(await admin(url, 'GET', '/admin/mcps'))].join('\n');
    expect(all).not.toMatch(/(stored|referred|argument|separate)-secret|the-token-of-the-tests/);
    delete process.env['SECRET_OF_THE_PROXY'];
  });
});
