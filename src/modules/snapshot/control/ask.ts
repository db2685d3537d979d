import { request, type IncomingMessage } from 'node:http';
import { RespiteError } from '../../../errors';
import type { SnapshotResult } from '../snapshot-manager';
import { BACKUP_ROUTE, type CarriedError, CHANGES_ROUTE, POSITION_ROUTE, SNAPSHOT_ROUTE } from './protocol';

/**
 * Asks a running process for a snapshot and waits for it.
 * @param path of its control socket
 * @throws RespiteError of that process, with its code; errors of the system when it does not answer
 */
export async function askForSnapshot(path: string, full: boolean): Promise<SnapshotResult> {
  const { status, body } = await post(path, SNAPSHOT_ROUTE, { full });
  if (status !== 200) throw carried(body, status);
  return JSON.parse(body) as SnapshotResult; // by protocol.ts, which both sides share
}

/**
 * Asks a running process for a backup.
 * @returns its pieces; who cut them into frames knows whether the last one has come
 * @throws RespiteError of that process, with its code; errors of the system when it does not answer
 */
export async function askForBackup(path: string): Promise<AsyncIterable<Buffer>> {
  const response = await send(path, BACKUP_ROUTE, {});
  if (response.statusCode === 200) return response as AsyncIterable<Buffer>; // it has no encoding
  throw carried(await textOf(response), response.statusCode);
}

/**
 * Asks a running process for its data and all that changes.
 * @returns frames, see `feed-format.ts`
 * @throws RespiteError of that process, with its code; errors of the system when it does not answer
 */
export async function askForChanges(path: string): Promise<IncomingMessage> {
  const response = await send(path, CHANGES_ROUTE, {});
  if (response.statusCode === 200) return response;
  throw carried(await textOf(response), response.statusCode);
}

/**
 * Asks a running process how many bytes of changes there are up to now.
 * @param id of the feed
 * @throws as `askForChanges`
 */
export async function askForPosition(path: string, id: string): Promise<number> {
  const { status, body } = await post(path, POSITION_ROUTE, { id });
  if (status !== 200) throw carried(body, status);
  return (JSON.parse(body) as { position: number }).position; // by protocol.ts, which both sides share
}

async function post(path: string, route: string, body: object): Promise<{ status: number; body: string }> {
  const response = await send(path, route, body);
  return { status: response.statusCode ?? 0, body: await textOf(response) };
}

function carried(body: string, status: number | undefined): Error {
  const answer = JSON.parse(body) as Partial<CarriedError>; // by protocol.ts, which both sides share
  if (answer.error !== undefined) return new RespiteError(answer.error.code, { message: answer.error.message });
  return new Error(`it answered ${String(status)} ${body}`);
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}

function send(path: string, route: string, body: object): Promise<IncomingMessage> {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    // No agent: one request, one connection. No limit of time: a snapshot takes as long as it takes.
    request({ socketPath: path, path: route, method: 'POST', agent: false, headers }, resolve)
      .once('error', reject)
      .end(JSON.stringify(body));
  });
}
