import { Clock, type InitContext, ReportsToken } from '../../container';
import { RespiteError } from '../../errors';
import { CacheBackend } from '../cache';
import { requireCapabilities } from '../stores/support';
import { serve } from './http/serve';
import type { McpProxy } from './mcp-proxy';
import { proxyReport } from './proxy-report';
import { RemoteProxy } from './remote-proxy';
import { loadSdk } from './sdk';
import { EmbeddedProxy } from './servers/embedded-proxy';
import { DefinitionStore } from './storage/definition-store';
import { keepToken } from './storage/token-file';

/** The proxy of an application, and the token that was made for it, if that was now. */
export interface OpenedProxy {
  readonly proxy: McpProxy;
  readonly madeToken: string | undefined;
}

/** Serves a proxy from this process. */
export async function openEmbedded(context: InitContext): Promise<OpenedProxy> {
  const { config, logger, get, defer } = context;
  const { host, port, token: given, token_file: file } = config.mcpproxy;
  requireCapabilities('mcp-proxy', get(CacheBackend), 'pubsub', 'scripts', 'transactions');
  const sdk = loadSdk();
  const kept = given === '' ? keepToken(file) : { token: given, made: false };
  const clock = get(Clock);
  const version = packageVersion();
  const store = new DefinitionStore(get(CacheBackend), logger);
  const proxy = new EmbeddedProxy(store, { sdk, clock, logger, env: process.env, version });
  defer(() => proxy.close());
  const served = await serve({ host, port, token: kept.token, sdk, proxy, clock, logger, version });
  // Closed first: who asks shall not be answered by a proxy without servers.
  defer(() => served.close());
  proxy.url = served.url;
  await proxy.start();
  defer(get(ReportsToken).add(proxyReport(proxy, served)));
  logger.info({ event: 'mcp_proxy_serving', url: served.url }, 'the MCP proxy is served');
  if (kept.made)
    logger.info({ event: 'mcp_token_made', file }, 'a token for the MCP proxy was made; it is in the file');
  return { proxy, madeToken: kept.made ? kept.token : undefined };
}

/** Uses the proxy at `mcpproxy.url`. */
export async function openRemote({ config, signal, logger }: InitContext): Promise<OpenedProxy> {
  const { url, token } = config.mcpproxy;
  if (url === '') {
    throw new RespiteError('MCP_PROXY_NOT_CONFIGURED', {
      message:
        'The MCP proxy is to be another one (mcpproxy.mode is distributed, or inherits it), and mcpproxy.url does not say where it is. Set it, or set mcpproxy.mode to standalone to serve one here.',
    });
  }
  const proxy = new RemoteProxy({ url, token });
  await proxy.assertHealthy(signal);
  logger.info({ event: 'mcp_proxy_used', url: proxy.url }, 'the MCP proxy answers');
  return { proxy, madeToken: undefined };
}

function packageVersion(): string {
  const { version } = require('../../../package.json') as { readonly version: string }; // our own
  return version;
}
