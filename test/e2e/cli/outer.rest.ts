import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { runCommand, type RunningCommand, startCommand } from '../../support/cli';
import { Closing } from '../../support/closing';
import { admin, textOf } from '../../support/mcp/proxies';
import { everything, odd } from '../../support/mcp/servers';
import { freePort } from '../../support/redis-server';
import { until } from '../../support/until';

const closing = new Closing();
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'respite-outer-'));
});
afterEach(async () => {
  await closing.all();
  rmSync(cwd, { recursive: true, force: true });
});

/** What `respite start --json` says of the parts besides the cache. */
interface Facts {
  readonly mcpproxy: string | null;
  readonly mcpproxyToken: string | null;
  readonly temporal: string | null;
}

async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunningCommand & { facts: Facts }> {
  const command = startCommand(['start', '--standalone', '--port', '0', '--json', ...args], { cwd, env });
  closing.add(command, async ({ process: child, ended }) => {
    child.kill('SIGKILL');
    await ended;
  });
  const ready = await command.line((line) => line.startsWith('{'));
  return { ...command, facts: JSON.parse(ready) as Facts };
}

const withToken = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The answer of a tool of a server, once it is connected. */
async function answerOf(url: string, token: string, server: string, tool: string): Promise<string> {
  let text = '';
  await until(`"${server}" answers`, async () => {
    const call = { server, tool, arguments: {} };
    const { status, body } = await admin(url, 'POST', '/admin/tools/call', call, withToken(token));
    if (status === 200) text = textOf(body);
    return status === 200;
  });
  return text;
}

describe('respite start with an MCP proxy', () => {
  it('makes a token, shows it once, and keeps it and the definitions; what a kill -9 leaves is taken up again', async () => {
    const always = ['--set', 'redis.standalone.persistence.durability=always'];
    const first = await start(['--with', 'mcpproxy', '--set', 'mcpproxy.port=0', ...always]);
    const { mcpproxy: url, mcpproxyToken: token } = first.facts;
    if (url === null || token === null) throw new Error('there is no proxy, or no token');
    const file = join(cwd, 'respite-mcp.token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(`${token}\n`);
    expect((await admin(url, 'POST', '/admin/mcps', odd('odd'), withToken(token))).status).toBe(201);
    expect((await admin(url, 'POST', '/admin/mcps', everything('everything'), withToken(token))).status).toBe(201);
    const pid = Number(await answerOf(url, token, 'odd', 'pid'));
    await until('both are connected', async () => {
      const { body } = await admin(url, 'GET', '/admin/mcps', undefined, withToken(token));
      const servers = body['servers'] as readonly { readonly status: { readonly state: string } }[];
      return servers.every(({ status }) => status.state === 'connected');
    });
    expect(isAlive(pid)).toBe(true);
    first.process.kill('SIGKILL');
    const { stderr } = await first.ended;
    expect(stderr).not.toContain(token);
    await until('its program has ended, too', () => Promise.resolve(!isAlive(pid)));

    const second = await start(['--with', 'mcpproxy', '--set', 'mcpproxy.port=0', ...always]);
    expect(second.facts.mcpproxyToken).toBeNull();
    const again = second.facts.mcpproxy ?? '';
    expect(Number(await answerOf(again, token, 'odd', 'pid'))).not.toBe(pid);
    const client = new Client({ name: 'test', version: '1' });
    closing.add(client, (each) => each.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(`${again}/everything/mcp`)));
    const echo = await client.callTool({ name: 'echo', arguments: { message: 'after' } });
    expect(textOf(echo)).toBe('Echo: after');
    const last = Number(await answerOf(again, token, 'odd', 'pid'));
    second.process.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    expect(isAlive(last)).toBe(false);
  });

  it('starts it when a setting of it is set, and shows the token on paper', async () => {
    writeFileSync(join(cwd, 'respite.yaml'), 'mode: standalone\nmcpproxy: { port: 0 }\n');
    const command = startCommand(['start', '--port', '0'], { cwd });
    closing.add(command, ({ process: child }) => child.kill('SIGKILL'));
    const line = await command.line((text) => text.includes('mcp token'));
    const token = readFileSync(join(cwd, 'respite-mcp.token'), 'utf8').trim();
    expect(line).toContain(`${token} (made now and kept; not shown again)`);
    command.process.kill('SIGTERM');
    expect((await command.ended).stdout).toMatch(/mcpproxy +http:\/\/127\.0\.0\.1:\d+\/mcp/);
  });

  it('a token file that others may read, a busy port and an unknown part are said', async () => {
    const file = join(cwd, 'token');
    writeFileSync(file, 'a-token');
    chmodSync(file, 0o644);
    const options = ['start', '--standalone', '--port', '0'];
    const unsafe = await runCommand([...options, '--set', `mcpproxy.token_file=${file}`], { cwd });
    expect(unsafe.code).not.toBe(0);
    expect(unsafe.stderr).toContain('MCP_TOKEN_FILE_UNUSABLE');
    expect(unsafe.stderr).toContain('chmod 600');
    const holder = await start(['--set', 'mcpproxy.port=0', '--set', 'mcpproxy.token=secret-token']);
    const { port } = new URL(holder.facts.mcpproxy ?? '');
    const busy = await runCommand([...options, '--data-dir', 'other', '--set', `mcpproxy.port=${port}`], { cwd });
    expect(busy.stderr).toContain('MCP_PROXY_LISTEN_FAILED');
    const unknown = await runCommand([...options, '--with', 'kafka'], { cwd });
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('mcpproxy, temporal');
  });
});

it('respite start runs a temporal program beside it', async () => {
  const port = await freePort();
  const binary = require.resolve('../../support/temporal/temporal-program.js');
  const command = await start([
    ...['--set', `temporal.binary=${binary}`, '--set', `temporal.host_port=localhost:${port}`],
    ...['--set', 'temporal.ui_port=0'],
  ]);
  expect(command.facts).toMatchObject({ temporal: `127.0.0.1:${port}`, mcpproxy: null, mcpproxyToken: null });
  command.process.kill('SIGTERM');
  expect((await command.ended).code).toBe(0);
});
