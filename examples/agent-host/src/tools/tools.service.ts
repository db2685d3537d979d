import { Injectable } from '@nestjs/common';
import { RespiteError } from 'respite';
import { type McpDefinitionInput, McpProxy, type McpTool, type McpToolResult } from 'respite/mcp';
import { InjectRespite } from 'respite/nestjs';
import type { Tools } from '../definitions/tools';
import { HostError } from '../errors/host-error';

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;
const LOOK_MS = 50;

/** Tools, called `server.tool`, through the MCP proxy. */
@Injectable()
export class ToolsService {
  /** Servers that were connected since this process has begun: only of the others it is asked. */
  private readonly reached = new Set<string>();

  constructor(@InjectRespite(McpProxy) private readonly proxy: McpProxy) {}

  /** Hands a server to the proxy, and waits a moment until its tools are known. */
  async define(tools: Tools): Promise<void> {
    await this.proxy.put(tools as McpDefinitionInput); // parts nobody wrote are undefined, which the proxy leaves out
    await this.connected(tools.name, AbortSignal.timeout(CONNECT_MS));
  }

  async remove(server: string): Promise<void> {
    await this.proxy.delete(server);
  }

  list(): Promise<McpTool[]> {
    return this.proxy.tools();
  }

  async names(): Promise<string[]> {
    return (await this.list()).map(({ server, name }) => `${server}.${name}`);
  }

  /** Of a server that cannot be reached it is believed: the first call will tell. */
  async has(qualified: string): Promise<boolean> {
    const [server, tool] = parts(qualified);
    const isDefined = (await this.proxy.list()).some(({ definition }) => definition.name === server);
    if (!isDefined) return false;
    await this.connected(server, AbortSignal.timeout(CONNECT_MS));
    const { state, tools } = (await this.proxy.get(server)).status;
    return state !== 'connected' || tools.includes(tool);
  }

  /**
   * Calls a tool, and gives up when it takes too long.
   * @returns its structured answer; else its text, read as JSON where it is JSON
   * @throws HostError `TOOL_UNKNOWN`, `TOOL_FAILED`, `TOOL_TIMED_OUT`
   */
  async call(
    qualified: string,
    args: Record<string, unknown>,
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<unknown> {
    const [server, tool] = parts(qualified);
    const limit = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = AbortSignal.any(options.signal ? [options.signal, limit] : [limit]);
    try {
      if (!this.reached.has(server)) await this.connected(server, limit);
      const result = await this.proxy.call(server, tool, args, { signal });
      if (result.isError === true) throw new HostError('TOOL_FAILED', `${qualified} says: ${textOf(result)}`);
      return answerOf(result);
    } catch (failure) {
      throw this.explain(qualified, failure, limit);
    }
  }

  /** Waits while a server is being started, as it is when the host has just come up. */
  private async connected(server: string, limit: AbortSignal): Promise<void> {
    while (!limit.aborted) {
      const { state, lastError } = (await this.proxy.get(server)).status;
      if (state === 'connected') this.reached.add(server);
      if (state === 'connected' || lastError !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  private explain(qualified: string, failure: unknown, limit: AbortSignal): unknown {
    if (failure instanceof HostError) return failure;
    const code = failure instanceof RespiteError ? failure.code : undefined;
    if (limit.aborted || code === 'MCP_CALL_TIMED_OUT') {
      return new HostError(
        'TOOL_TIMED_OUT',
        `${qualified} did not answer in time: raise the timeout, or look at its server.`,
      );
    }
    if (code === 'MCP_TOOL_UNKNOWN' || code === 'MCP_SERVER_UNKNOWN') {
      return new HostError('TOOL_UNKNOWN', `There is no tool ${qualified}: list them with GET /tools.`);
    }
    if (code?.startsWith('MCP_') === true)
      return new HostError('TOOL_FAILED', `${qualified}: ${(failure as Error).message}`);
    return failure;
  }
}

function parts(qualified: string): [server: string, tool: string] {
  const dot = qualified.indexOf('.');
  return [qualified.slice(0, dot), qualified.slice(dot + 1)];
}

function answerOf(result: McpToolResult): unknown {
  if (result.structuredContent !== undefined) return result.structuredContent;
  const text = textOf(result);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function textOf({ content = [] }: McpToolResult): string {
  return content.map(({ text }) => (typeof text === 'string' ? text : '')).join('\n');
}
