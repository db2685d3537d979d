import { RespiteError } from '../../errors';
import type { McpDefinition } from './mcp-proxy';

/** There is no server of that name. */
export function serverUnknown(name: string): RespiteError {
  return new RespiteError('MCP_SERVER_UNKNOWN', {
    message: `There is no MCP server "${name}". GET /admin/mcps, or list(), says which there are.`,
  });
}

/** There is one of that name already. */
export function serverExists(name: string): RespiteError {
  return new RespiteError('MCP_SERVER_EXISTS', {
    message: `There is an MCP server "${name}" already. Replace it with PUT, or put(), or choose another name.`,
  });
}

/** A server that is not connected. */
export function serverUnavailable(name: string, reason: string, cause?: unknown): RespiteError {
  return new RespiteError('MCP_SERVER_UNAVAILABLE', {
    message: `The MCP server "${name}" is not connected: ${reason}. Its status says what was tried; correct its definition, or try again later.`,
    cause,
  });
}

/** A tool, resource or prompt that is not offered. */
export function toolUnknown(server: string, tool: string): RespiteError {
  return new RespiteError('MCP_TOOL_UNKNOWN', {
    message: `The MCP server "${server}" offers no tool "${tool}", or its definition leaves it out. GET /admin/tools, or tools(), says which there are.`,
  });
}

/** An answer that did not come in time. */
export function callTimedOut({ name, timeout }: McpDefinition, what: string): RespiteError {
  return new RespiteError('MCP_CALL_TIMED_OUT', {
    message: `The MCP server "${name}" did not answer ${what} within ${timeout} ms. It was told that nobody waits any more; raise "timeout" in its definition if it needs longer.`,
  });
}

/** What another program answered with an error. */
export function callFailed(name: string, what: string, cause: Error): RespiteError {
  return new RespiteError('MCP_CALL_FAILED', {
    message: `The MCP server "${name}" answered ${what} with an error: ${cause.message}`,
    cause,
  });
}

/** A definition that cannot be used. */
export function definitionInvalid(problems: readonly string[]): RespiteError {
  return new RespiteError('MCP_DEFINITION_INVALID', {
    message: `The definition of an MCP server cannot be used: ${problems.join('; ')}.`,
  });
}
