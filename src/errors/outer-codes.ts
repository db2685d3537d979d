import type { ErrorCodeEntry } from './code-entry';

/** The codes of what stands beside the cache: MCP proxy and Temporal. Part of `errorCodes`. */
export const outerCodes = {
  // MCP proxy
  MCP_DEFINITION_INVALID: {
    means: 'The definition of an MCP server cannot be used; the message lists everything that is wrong with it.',
    remedy: 'Correct what the message names.',
  },
  MCP_SERVER_UNKNOWN: {
    means: 'There is no MCP server of that name.',
    remedy: 'Define it, or ask for one that list() or GET /admin/mcps names.',
  },
  MCP_SERVER_EXISTS: {
    means: 'An MCP server was to be created, and there is one of that name.',
    remedy: 'Replace it with put() or PUT, or choose another name.',
  },
  MCP_SERVER_UNAVAILABLE: {
    means: 'An MCP server is not connected: it cannot be started or reached, or was lost; the message says why.',
    remedy: 'Correct its definition or start it. The proxy tries again by itself unless autoReconnect is false.',
  },
  MCP_PROGRAM_MISSING: {
    means: 'The program of an MCP server is not there, or may not be run.',
    remedy: 'Install it where the proxy runs, or write its whole path in the definition.',
  },
  MCP_ENV_MISSING: {
    means: 'A definition refers to a variable, as ${NAME}, that the proxy does not have.',
    remedy: 'Set the variable where the proxy starts.',
  },
  MCP_TOOL_UNKNOWN: {
    means: 'An MCP server offers no such tool, or its definition leaves it out.',
    remedy: 'Ask for one that tools() or GET /admin/tools names.',
  },
  MCP_TOOL_CLASH: {
    means: 'Tools of several MCP servers would have one name among those of all.',
    remedy: 'Leave one out with "tools" in its definition, or rename its server.',
  },
  MCP_CALL_TIMED_OUT: {
    means: 'An MCP server did not answer in the time its definition allows. It was told that nobody waits any more.',
    remedy: 'Raise "timeout" in its definition, or have the tool report progress, which extends it.',
  },
  MCP_CALL_FAILED: {
    means: 'An MCP server answered a request with an error, which is the cause.',
    remedy: "Read the cause: code and words are the server's.",
  },
  MCP_TOKEN_FILE_UNUSABLE: {
    means: 'The file that keeps the token of the MCP proxy cannot be made or read, or others may read it.',
    remedy: 'Do what the message says, or set mcpproxy.token.',
  },
  MCP_PROXY_LISTEN_FAILED: {
    means: 'The MCP proxy could not be served, most often because the port is in use.',
    remedy: 'Set mcpproxy.port to another port, or to 0 for a free one.',
  },
  MCP_PROXY_NOT_CONFIGURED: {
    means: 'The MCP proxy is to be another one (mcpproxy.mode distributed), and nothing says where it is.',
    remedy: 'Set mcpproxy.url, or mcpproxy.mode to standalone.',
  },
  MCP_PROXY_UNREACHABLE: {
    means: 'The MCP proxy at mcpproxy.url does not answer, or what answers there is none.',
    remedy: 'Start it, or correct mcpproxy.url.',
  },
  MCP_UNAUTHORIZED: {
    means: 'The MCP proxy was not sent its token, or another one.',
    remedy: 'Set mcpproxy.token to the token of the proxy; its first start prints it, its token_file has it.',
  },
  MCP_PROXY_FAILED: {
    means: 'The MCP proxy answered with an error that is none of ours; the message has it.',
    remedy: 'Look into the log of the proxy.',
  },
  MCP_EVENTS_GONE: {
    means: 'A stream of an MCP server was to be resumed after an event that is not kept any more.',
    remedy: 'Begin a new session; raise "maxEvents" or "ttl" of the event store.',
  },

  // Temporal
  TEMPORAL_BINARY_MISSING: {
    means: 'Temporal is to run here (temporal.mode standalone), and there is no temporal program.',
    remedy: 'Install the Temporal CLI, set temporal.binary to its path, or temporal.mode to remote.',
  },
  TEMPORAL_PORT_BUSY: {
    means: 'Something else listens where the temporal program is to listen.',
    remedy: 'End it, or set temporal.host_port or temporal.ui_port to another port.',
  },
  TEMPORAL_EXITED: {
    means: 'The temporal program ended before it served, or again and again; the message has its last words.',
    remedy: 'Correct what it says, most often the arguments or temporal.data_dir.',
  },
  TEMPORAL_START_TIMED_OUT: {
    means: 'The temporal program runs, and does not serve within temporal.start_timeout.',
    remedy: 'Read its lines in the log; raise temporal.start_timeout.',
  },
  TEMPORAL_UNREACHABLE: {
    means: 'The Temporal server cannot be reached, or refuses the login or TLS; the message says why.',
    remedy: 'Correct temporal.host_port, temporal.tls or temporal.api_key.',
  },
  TEMPORAL_NAMESPACE_UNKNOWN: {
    means: 'The Temporal server has no such namespace.',
    remedy: 'Create it ("temporal operator namespace create"), or correct temporal.namespace.',
  },
  TEMPORAL_DATA_DIR_UNUSABLE: {
    means: 'The directory of the temporal program cannot be created.',
    remedy: 'Correct temporal.data_dir, its owner or its mode.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;
