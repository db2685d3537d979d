import type { IncomingMessage, ServerResponse } from 'node:http';
import { asError, type ErrorCode, RespiteError } from '../../../errors';

/** The longest request, in bytes; the SDK's own limit. */
export const MAX_BODY_BYTES = 4 * 2 ** 20;

/** JSON-RPC's own codes, and those that are free for servers. */
export const RPC = { parseError: -32_700, invalidRequest: -32_600, server: -32_000, sessionUnknown: -32_001 } as const;

/** What our errors are in HTTP; what is not here is our own fault, 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  INPUT_INVALID: 400,
  MCP_DEFINITION_INVALID: 400,
  MCP_SERVER_UNKNOWN: 404,
  MCP_TOOL_UNKNOWN: 404,
  MCP_SERVER_EXISTS: 409,
  MCP_TOOL_CLASH: 409,
  MCP_CALL_FAILED: 502,
  MCP_SERVER_UNAVAILABLE: 503,
  STORE_FAILED: 503,
  MCP_CALL_TIMED_OUT: 504,
};

/** An answer as JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

/** A refusal as MCP clients read it. */
export function sendRpcError(response: ServerResponse, status: number, code: number, message: string): void {
  sendJson(response, status, { jsonrpc: '2.0', id: null, error: { code, message } });
}

/** A refusal of the administration: `{ error: { code, message } }`. */
export function sendError(response: ServerResponse, failure: unknown): void {
  if (failure instanceof BodyError) {
    sendJson(response, failure.status, { error: { code: 'INPUT_INVALID', message: failure.message } });
    return;
  }
  if (!RespiteError.is(failure)) {
    const message = asError(failure).message;
    sendJson(response, 500, { error: { code: 'MCP_PROXY_FAILED', message } });
    return;
  }
  const status = (STATUS as Readonly<Record<string, number>>)[failure.code] ?? 500; // plugins' codes are not in it
  sendJson(response, status, { error: { code: failure.code, message: failure.message } });
}

/** A request whose body cannot be used. */
export class BodyError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads the body of a request as JSON; nothing is `undefined`.
 * @throws BodyError when it is too long (413), of another type (415) or no JSON (400)
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = Number(request.headers['content-length'] ?? 0);
  if (bytes > MAX_BODY_BYTES) throw tooLong();
  bytes = 0;
  for await (const chunk of request) {
    const part = chunk as Buffer; // no encoding was set
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw tooLong();
    chunks.push(part);
  }
  if (bytes === 0) return undefined;
  if (!/^application\/(?:[^;]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new BodyError(415, 'The content-type must be application/json.');
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw new BodyError(400, `The body is not JSON: ${asError(cause).message}`);
  }
}

function tooLong(): BodyError {
  return new BodyError(413, `The body is longer than ${MAX_BODY_BYTES} bytes.`);
}
