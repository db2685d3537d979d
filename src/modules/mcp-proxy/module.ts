import { resolveMode } from '../../config';
import { type AppModule, Clock, createToken, ReportsToken } from '../../container';
import { CacheBackend } from '../cache';
import { McpProxy } from './mcp-proxy';

/** The token of the proxy, if this start has made it: for who shows it, this once. */
export const MadeMcpToken = createToken<string | undefined>('MadeMcpToken');

/** Milliseconds of a stop that are kept for programs that have to be ended by force. */
const SHUTDOWN_MS = 6000;

/**
 * Provides `McpProxy`: served from this process when `mcpproxy.mode` (or `mode`) is standalone, else the one at
 * `mcpproxy.url`. Needs the MCP SDK, `@modelcontextprotocol/server`, `client` and `node`, in standalone.
 */
export const mcpProxyModule: AppModule = {
  name: 'mcp-proxy',
  provides: [McpProxy, MadeMcpToken],
  requires: [CacheBackend, Clock, ReportsToken],
  timeouts: { shutdown: SHUTDOWN_MS },
  async onInit(context) {
    const { mode } = resolveMode('mcpproxy', context.config);
    const { openEmbedded, openRemote } = require('./open-proxy') as typeof import('./open-proxy');
    const { proxy, madeToken } = await (mode === 'standalone' ? openEmbedded(context) : openRemote(context));
    context.provide(McpProxy, proxy);
    context.provide(MadeMcpToken, madeToken);
  },
};
