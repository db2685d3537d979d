import type { Report } from '../../container';
import type { ServedProxy } from './http/serve';
import type { EmbeddedProxy } from './servers/embedded-proxy';

const SECOND = 1000;

/** What the proxy of this process counts, as metrics, and how it is. */
export const proxyReport = (proxy: EmbeddedProxy, served: ServedProxy): Report => ({
  name: 'mcpproxy',
  health: () => proxy.health(),
  metrics: [
    {
      name: 'respite_mcp_calls_total',
      type: 'counter',
      help: 'Calls of tools through the MCP proxy; status is ok (a tool may have answered that it failed) or error.',
      labels: ['status'],
      collect: () => Object.entries(proxy.stats().calls).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: 'respite_mcp_call_duration_seconds',
      type: 'summary',
      help: 'How long they took.',
      labels: [],
      collect: () => {
        const { calls, duration } = proxy.stats();
        return [
          { suffix: '_sum', value: duration / SECOND },
          { suffix: '_count', value: calls.ok + calls.error },
        ];
      },
    },
    {
      name: 'respite_mcp_servers',
      type: 'gauge',
      help: 'Defined MCP servers by state: connecting, connected, waiting (for the next attempt), failed.',
      labels: ['state'],
      collect: () => Object.entries(proxy.stats().servers).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'respite_mcp_reconnects_total',
      type: 'counter',
      help: 'How often connections to the servers defined now were tried again.',
      labels: [],
      collect: () => [{ value: proxy.stats().reconnects }],
    },
    {
      name: 'respite_mcp_sessions',
      type: 'gauge',
      help: 'Sessions of MCP clients.',
      labels: [],
      collect: () => [{ value: served.sessions().open }],
    },
    {
      name: 'respite_mcp_sessions_evicted_total',
      type: 'counter',
      help: 'Sessions that had to end because there were too many.',
      labels: [],
      collect: () => [{ value: served.sessions().evicted }],
    },
  ],
});
