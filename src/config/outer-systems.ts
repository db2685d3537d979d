import { address, duration, flag, httpUrl, integer, oneOf, text } from './format';
import { type Setting, setting } from './setting';

/** Where something listens; 0 takes a free one. */
export const port = (fallback: number, doc: string): Setting<number, number | string> =>
  setting({ doc, format: integer({ min: 0, max: 65_535 }), default: fallback });

/** The files of a TLS client, and whether it talks TLS at all. `of` completes "Talk TLS to ...". */
export const tlsSettings = (
  of: string,
  hint = '',
): Readonly<Record<'enabled', Setting<boolean>>> &
  Readonly<Record<'ca' | 'cert' | 'key' | 'server_name', Setting<string>>> => ({
  enabled: setting({ doc: `Talk TLS to ${of}.${hint}`, format: flag, default: false }),
  ca: setting({ doc: 'PEM file of the authority to trust; empty is the system store.', format: text, default: '' }),
  cert: setting({ doc: 'PEM file of the client certificate.', format: text, default: '' }),
  key: setting({ doc: "PEM file of the client certificate's key.", format: text, default: '' }),
  server_name: setting({
    doc: 'The name the server certificate must carry; empty is the host.',
    format: text,
    default: '',
  }),
});

/** `temporal.*`, for `temporalModule`. */
export const temporalSettings = {
  mode: setting({
    doc: 'The mode of Temporal alone; empty inherits. standalone runs a temporal program, remote (or distributed) connects.',
    format: oneOf(['', 'standalone', 'remote', 'distributed']),
    default: '',
  }),
  host_port: setting({
    doc: 'Where Temporal is: the server in remote mode, what the program listens on in standalone.',
    format: address,
    default: 'localhost:7233',
  }),
  namespace: setting({ doc: 'The Temporal namespace.', format: text, default: 'default' }),
  binary: setting({
    doc: 'The temporal program that standalone runs; empty looks for "temporal" on PATH. Nothing is downloaded.',
    format: text,
    default: '',
  }),
  data_dir: setting({
    doc: 'Where the temporal program keeps its database, in standalone.',
    format: text,
    default: './respite-temporal',
  }),
  ui_port: port(8233, "The port of the temporal program's web pages, in standalone; 0 means none."),
  start_timeout: setting({
    doc: 'How long Temporal may take until it serves: the program in standalone, the connection in remote mode.',
    format: duration({ min: 1 }),
    default: 30_000,
  }),
  tls: tlsSettings('the Temporal server', ' An API key implies it.'),
  api_key: setting({ doc: 'The API key of the Temporal server.', format: text, default: '', sensitive: true }),
} as const;

/** `mcpproxy.*`, for `mcpProxyModule`. */
export const mcpproxySettings = {
  mode: setting({
    doc: 'The mode of the MCP proxy alone; empty inherits. standalone serves one, distributed uses the one at mcpproxy.url.',
    format: oneOf(['', 'standalone', 'distributed']),
    default: '',
  }),
  host: setting({
    doc: 'The address the MCP proxy listens on; on others than 127.0.0.1 everything needs the token.',
    format: text,
    default: '127.0.0.1',
  }),
  port: port(6001, 'The port of the MCP proxy; 0 takes a free one.'),
  token: setting({
    doc: 'What administration, and everybody from elsewhere, must send as a bearer token. Empty in standalone: that of token_file.',
    format: text,
    default: '',
    sensitive: true,
  }),
  token_file: setting({
    doc: 'The file the token is kept in when none is set; made at the first start, for its owner alone.',
    format: text,
    default: './respite-mcp.token',
  }),
  url: setting({ doc: 'The MCP proxy that is used in distributed mode.', format: httpUrl, default: '' }),
} as const;
