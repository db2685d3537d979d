import { request, type IncomingMessage } from 'node:http';
import { RespiteError } from '../../../errors';
import type { SnapshotResult } from '../snapshot-manager';
import { type CarriedError, SNAPSHOT_ROUTE } from './protocol';

/**
 * Asks a running process for a snapshot and waits for it.
 * @param path of its control socket
 * @throws RespiteError of that process, with its code; errors of the system when it does not answer
 */
export async function askForSnapshot(path: string, full: boolean): Promise<SnapshotResult> {
  const { status, body } = await post(path, SNAPSHOT_ROUTE, { full });
  const answer = JSON.parse(body) as SnapshotResult | CarriedError; // by protocol.ts, which both sides share
  if (status === 200 && 'skipped' in answer) return answer;
  if ('error' in answer) throw new RespiteError(answer.error.code, { message: answer.error.message });
  throw new Error(`it answered ${String(status)} ${body}`);
}

async function post(path: string, route: string, body: object): Promise<{ status: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    // No agent: one request, one connection. No limit of time: a snapshot takes as long as it takes.
    request({ socketPath: path, path: route, method: 'POST', agent: false, headers }, resolve)
      .once('error', reject)
      .end(JSON.stringify(body));
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, body: text };
}
