import { MAX_SESSIONS } from '../../../../src/modules/mcp-proxy/http/sessions';
import { connect, INITIALIZE, post, startProxy, textOf, untilState } from '../../../support/mcp/proxies';
import { odd } from '../../../support/mcp/servers';
import { slice } from '../../../support/slice';

const { size: SESSIONS } = slice({ short: 300, long: 1000 });
/** The kinds of clients that are sent something large: large messages take their time. */
const { size: KINDS } = slice({ short: 1, long: 2 });

it('answers of 10 MB pass', async () => {
  const { proxy, url } = await startProxy();
  await proxy.put(odd('odd'));
  await untilState(proxy, 'odd', 'connected');
  const bytes = 10 * 2 ** 20;
  for (const mode of (['auto', 'legacy'] as const).slice(0, KINDS)) {
    const client = await connect(`${url}/odd/mcp`, { mode });
    expect(textOf(await client.callTool({ name: 'big', arguments: { bytes } }))).toHaveLength(bytes);
  }
});

const long = KINDS > 1;
(long ? it : it.skip)(
  'one that is too long ends the connection, which begins anew (npm run test:all: it takes long)',
  async () => {
    const { proxy } = await startProxy();
    await proxy.put(odd('odd'));
    await untilState(proxy, 'odd', 'connected');
    await expect(proxy.call('odd', 'big', { bytes: 17 * 2 ** 20 })).rejects.toMatchObject({
      code: 'MCP_SERVER_UNAVAILABLE',
    });
    await untilState(proxy, 'odd', 'connected');
    expect(textOf(await proxy.call('odd', 'big', { bytes: 1 }))).toBe('x');
  },
);

it(`of ${SESSIONS} sessions the newest are kept, and whoever lost one begins another`, async () => {
  const { proxy, url } = await startProxy();
  await proxy.put(odd('odd'));
  await untilState(proxy, 'odd', 'connected');
  const ids: string[] = [];
  for (let n = 0; n < SESSIONS; n += 50) {
    const opened = await Promise.all(Array.from({ length: 50 }, () => post(`${url}/mcp`, INITIALIZE)));
    for (const response of opened) {
      await response.text();
      ids.push(response.headers.get('mcp-session-id') ?? '');
    }
  }
  expect(new Set(ids).size).toBe(SESSIONS);
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  const statuses = await Promise.all(
    ids.map(async (id) => {
      const response = await post(`${url}/mcp`, list, { 'mcp-session-id': id });
      await response.text();
      return response.status;
    }),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_SESSIONS);
  expect(statuses.filter((status) => status === 404)).toHaveLength(SESSIONS - MAX_SESSIONS);
  const client = await connect(`${url}/odd/mcp`);
  expect(textOf(await client.callTool({ name: 'big', arguments: { bytes: 1 } }))).toBe('x');
});
