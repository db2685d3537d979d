import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBearer } from '../../http';
import { commandLine, commandLines, decodedWord, isBlocking, pathLine, RestProblem } from '../command-line';
import type { TextEncoding } from '../reply-json';
import type { CommandRunner, Outcome } from '../command-runner';
import type { Admission, Stay } from './admission';
import { AnswerBytes } from './answer-bytes';
import { memoryOf } from './memory-of';
import { readBody } from './read-body';
import type { RestOptions } from './rest-options';
import { streamMessages } from './stream-messages';
import type { Unsent } from './unsent';

/** What all requests share. */
export interface ServedOptions extends RestOptions {
  readonly runner: CommandRunner;
  readonly admission: Admission;
  readonly unsent: Unsent;
  /** Another one for each answer. */
  readonly syncToken: () => string;
}

/** A transaction's commands wait for each other in memory, and so do their replies. */
const MOST_QUEUED = 10_000;

const METHODS: readonly (string | undefined)[] = ['GET', 'HEAD', 'POST', 'PUT'];

/** Answers a request. */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServedOptions,
  ending: AbortSignal,
): Promise<void> {
  // Who writes sends it with the read that shall see what was written; every read does here.
  response.setHeader('upstash-sync-token', options.syncToken());
  try {
    if (!METHODS.includes(request.method)) throw new RestProblem('GET, HEAD, POST and PUT are known', 405);
    const url = urlOf(request);
    if (!isAuthorized(request, url, options.token)) {
      const message = 'the token is missing or wrong: send "authorization: Bearer <redis.rest.token>"';
      throw new RestProblem(message, 401, 'WRONGPASS');
    }
    if ((request.headers['upstash-response-format'] ?? 'json') !== 'json')
      throw new RestProblem('answers are JSON: leave out the header Upstash-Response-Format');
    const answered = await answer({ request, response, url, options, ending });
    if (answered !== undefined) send(request, response, options.unsent, answered);
  } catch (problem) {
    if (!(problem instanceof RestProblem)) throw problem;
    // One of several channels was refused: what is sent already says that it began.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What is left of a body that was not read goes with the connection.
    if (!request.complete) response.setHeader('connection', 'close');
    send(request, response, options.unsent, { status: problem.status, content: jsonBytes({ error: problem.message }) });
  }
}

/** @throws RestProblem */
function urlOf({ url = '/' }: IncomingMessage): URL {
  // Two slashes at the beginning would name a host.
  const whole = url.startsWith('/') ? `http://rest${url}` : url;
  if (!URL.canParse(whole)) throw new RestProblem('the address is none');
  return new URL(whole);
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly options: ServedOptions;
  readonly ending: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly content: AnswerBytes;
}

/** @returns nothing when it was a stream. @throws RestProblem */
async function answer(asked: Asked): Promise<Answer | undefined> {
  const { request, response, url, options, ending } = asked;
  const body = await readBody(request);
  const [first = '', ...rest] = url.pathname.split('/').slice(1);
  const gone = goneOr(response, ending);
  const kind = first.toLowerCase();
  if (kind === 'subscribe' || kind === 'psubscribe') {
    const names = rest.map(decodedWord).filter((name) => name !== '');
    const { backend, clock, unsent } = options;
    await streamMessages(response, { kind, names, backend, clock, unsent, gone });
    return undefined;
  }
  const stay = await options.admission.admit(memoryOf(body));
  try {
    return await run(asked, { kind, isAlone: rest.length === 0, body, gone, stay });
  } finally {
    stay.leave();
  }
}

/** A request that was let in. */
interface Admitted {
  readonly kind: string;
  /** Nothing follows it in the path. */
  readonly isAlone: boolean;
  readonly body: Buffer;
  readonly gone: AbortSignal;
  readonly stay: Stay;
}

async function run({ request, url, options }: Asked, { kind, isAlone, body, gone, stay }: Admitted): Promise<Answer> {
  const { runner } = options;
  const encoding: TextEncoding = request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'utf8';
  if (kind === 'pipeline' && isAlone) {
    const lines = commandLines(jsonOf(body));
    // It may wait for what another request does, which must be let in.
    if (lines.some(isBlocking)) stay.leave();
    return { status: 200, content: await listOf(runner.all(lines, gone), encoding, stay) };
  }
  if (kind === 'multi-exec') {
    const lines = commandLines(jsonOf(body));
    if (lines.length > MOST_QUEUED)
      throw new RestProblem(`a transaction has ${String(MOST_QUEUED)} commands at most`, 413);
    const outcomes = await runner.transaction(lines);
    if ('error' in outcomes) return { status: 400, content: jsonBytes(outcomes) };
    return { status: 200, content: await listOf([outcomes], encoding, stay) };
  }
  const line = kind === '' ? commandLine(jsonOf(body)) : pathLine(url, body);
  if (isBlocking(line)) stay.leave(); // as above
  const outcome = await runner.one(line, gone);
  const content = new AnswerBytes();
  content.outcome(outcome, encoding);
  content.add('\n');
  content.end();
  return { status: 'error' in outcome ? 400 : 200, content };
}

async function listOf(
  all: AsyncIterable<readonly Outcome[]> | Iterable<readonly Outcome[]>,
  encoding: TextEncoding,
  stay: Stay,
): Promise<AnswerBytes> {
  const content = new AnswerBytes();
  let before = '[';
  for await (const outcomes of all) {
    const { length } = content;
    for (const outcome of outcomes) {
      content.add(before);
      content.outcome(outcome, encoding);
      before = ',';
    }
    stay.grow(content.length - length);
    await stay.goOn();
  }
  content.add(before === '[' ? '[]\n' : ']\n');
  content.end();
  return content;
}

/** Aborted when who asked has gone, or when nothing is served any more. */
function goneOr(response: ServerResponse, ending: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const end = (): void => {
    gone.abort();
    ending.removeEventListener('abort', end);
  };
  ending.addEventListener('abort', end, { once: true });
  response.once('close', end);
  return gone.signal;
}

function jsonOf(body: Buffer): unknown {
  if (body.length === 0) throw new RestProblem('empty request: send a command as JSON, or in the path');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new RestProblem('failed to parse command: the body is no JSON');
  }
}

function jsonBytes(content: object): AnswerBytes {
  const bytes = new AnswerBytes();
  bytes.add(`${JSON.stringify(content)}\n`);
  bytes.end();
  return bytes;
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  unsent: Unsent,
  { status, content }: Answer,
): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': content.length };
  response.writeHead(status, {
    ...headers,
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD, POST, PUT' }),
  });
  unsent.add(response);
  if (method !== 'HEAD') for (const piece of content.pieces) response.write(piece);
  response.end();
  unsent.check(response);
}

function isAuthorized({ headers }: IncomingMessage, url: URL, token: string): boolean {
  return isBearer(headers.authorization ?? `Bearer ${url.searchParams.get('_token') ?? ''}`, token);
}
