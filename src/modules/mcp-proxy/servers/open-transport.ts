import type { Transport } from '@modelcontextprotocol/client';
import { besideUs, findProgram } from '../../../container/find-program';
import { RespiteError } from '../../../errors';
import type { McpDefinition } from '../mcp-proxy';
import type { Sdk } from '../sdk';
import { withVariables } from '../secrets';
import { limitedFetch, MAX_MESSAGE_BYTES } from './limited-fetch';

/** How the SDK speaks to a server, not yet opened. */
export interface OpenTransport {
  readonly transport: Transport;
  /** What the program writes to stderr; none for a server that is reached by HTTP. */
  readonly stderr: NodeJS.ReadableStream | undefined;
}

/** @throws RespiteError `MCP_ENV_MISSING`, `MCP_PROGRAM_MISSING` */
export function openTransport(sdk: Sdk, definition: McpDefinition, env: NodeJS.ProcessEnv): OpenTransport {
  if (definition.transport === 'stdio') return program(sdk, definition, env);
  const url = new URL(definition.url ?? '');
  const headers = withVariables(definition.headers ?? {}, env);
  const { StreamableHTTPClientTransport, SSEClientTransport } = sdk.client;
  const requestInit = { headers: { ...headers } };
  const transport =
    definition.transport === 'sse'
      ? new SSEClientTransport(url, { requestInit, fetch: limitedFetch })
      : new StreamableHTTPClientTransport(url, {
          requestInit,
          fetch: limitedFetch,
          // Trying again is ours: what is lost is found out, said, and begun anew.
          reconnectionOptions: {
            maxRetries: 2,
            initialReconnectionDelay: 1000,
            maxReconnectionDelay: 1000,
            reconnectionDelayGrowFactor: 1,
          },
        });
  return { transport, stderr: undefined };
}

function program({ stdio }: Sdk, definition: McpDefinition, env: NodeJS.ProcessEnv): OpenTransport {
  const { name, command = '', args = [] } = definition;
  const own = withVariables(definition.env ?? {}, env);
  const path = findProgram(command, { ...env, ...own });
  if (path === undefined) {
    throw new RespiteError('MCP_PROGRAM_MISSING', {
      message: `There is no program "${command}" for the MCP server "${name}", or it may not be run. Install it, or write its whole path.`,
    });
  }
  const transport = new stdio.StdioClientTransport({
    ...besideUs(path, args, env),
    // As the SDK has it: PATH, HOME and their like, none of the proxy's other variables.
    env: { ...stdio.getDefaultEnvironment(), ...own },
    stderr: 'pipe',
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  return { transport, stderr: (transport.stderr as NodeJS.ReadableStream | null) ?? undefined }; // a PassThrough
}
