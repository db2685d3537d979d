export {
  type McpDefinition,
  type McpDefinitionInput,
  McpProxy,
  type McpServer,
  type McpStatus,
  type McpTool,
  type McpToolFilter,
  type McpToolResult,
  type McpTransport,
} from './mcp-proxy';
export { MadeMcpToken, mcpProxyModule } from './module';
export { type McpEventStoreOptions, RedisEventStore } from './resumable/event-store';
export { type McpSessionStoreOptions, RedisSessionStore } from './resumable/session-store';
