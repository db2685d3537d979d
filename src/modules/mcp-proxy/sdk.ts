import type * as ClientSdk from '@modelcontextprotocol/client';
import type * as StdioSdk from '@modelcontextprotocol/client/stdio';
import type * as NodeSdk from '@modelcontextprotocol/node';
import type * as ServerSdk from '@modelcontextprotocol/server';
import { asError, RespiteError } from '../../errors';

/** The SDK's server without its registry of tools: a proxy has none, it passes on. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated for those who have tools of their own
export type ProtocolServer = ServerSdk.Server;

/** What of the SDK the proxy uses. */
export interface Sdk {
  readonly client: typeof ClientSdk;
  readonly stdio: typeof StdioSdk;
  readonly node: typeof NodeSdk;
  readonly server: typeof ServerSdk;
}

/**
 * The SDK, optional peers that are loaded when a proxy is served. `require`, because a CommonJS Jest host cannot follow
 * import().
 * @throws RespiteError `PEER_NOT_INSTALLED`
 */
export function loadSdk(): Sdk {
  try {
    return {
      client: require('@modelcontextprotocol/client') as typeof ClientSdk,
      stdio: require('@modelcontextprotocol/client/stdio') as typeof StdioSdk,
      node: require('@modelcontextprotocol/node') as typeof NodeSdk,
      server: require('@modelcontextprotocol/server') as typeof ServerSdk,
    };
  } catch (cause) {
    const { message } = asError(cause);
    if ((cause as { readonly code?: unknown }).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new RespiteError('PEER_NOT_INSTALLED', {
      message: `The MCP proxy needs the MCP SDK (${message.split('\n')[0] ?? ''}). Run "npm install @modelcontextprotocol/server@2 @modelcontextprotocol/client@2 @modelcontextprotocol/node@2".`,
      cause,
    });
  }
}
