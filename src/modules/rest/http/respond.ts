import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBearer } from '../../http';
import { commandLine, commandLines, decodedWord, pathLine, RestProblem } from '../command-line';
import { replyJson, type TextEncoding } from '../reply-json';
import type { CommandRunner, Outcome } from '../command-runner';
import { readBody } from './read-body';
import type { RestOptions } from './rest-options';
import { streamMessages } from './stream-messages';

const METHODS: readonly (string | undefined)[] = ['GET', 'HEAD', 'POST', 'PUT'];

/** Answers a request. */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: RestOptions & { readonly runner: CommandRunner },
  ending: AbortSignal,
): Promise<void> {
  try {
    if (!METHODS.includes(request.method)) throw new RestProblem('GET, HEAD, POST and PUT are known', 405);
    const url = urlOf(request);
    if (!isAuthorized(request, url, options.token)) {
      throw new RestProblem('the token is missing or wrong: send "authorization: Bearer <redis.rest.token>"', 401);
    }
    const { status, content } = await answer({ request, response, url, options, ending });
    if (content !== undefined) send(request, response, status, content);
  } catch (problem) {
    if (!(problem instanceof RestProblem)) throw problem;
    // One of several channels was refused: what is sent already says that it began.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What is left of a body that was not read goes with the connection.
    if (!request.complete) response.setHeader('connection', 'close');
    send(request, response, problem.status, { error: problem.message });
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
  readonly options: Parameters<typeof respond>[2];
  readonly ending: AbortSignal;
}

interface Answer {
  readonly status: number;
  /** `undefined`: it was a stream. */
  readonly content: unknown;
}

/** @throws RestProblem */
async function answer({ request, response, url, options, ending }: Asked): Promise<Answer> {
  const { backend, runner, clock } = options;
  const body = await readBody(request);
  const encoding: TextEncoding = request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'utf8';
  const [first = '', ...rest] = url.pathname.split('/').slice(1);
  const gone = goneOr(response, ending);
  switch (first.toLowerCase()) {
    case '': {
      const outcome = await runner.one(commandLine(jsonOf(body)), gone);
      return { status: 'error' in outcome ? 400 : 200, content: shown(outcome, encoding) };
    }
    case 'pipeline':
      if (rest.length > 0) break;
      return { status: 200, content: all(await runner.all(commandLines(jsonOf(body)), gone), encoding) };
    case 'multi-exec': {
      const outcomes = await runner.transaction(commandLines(jsonOf(body)));
      return 'error' in outcomes
        ? { status: 400, content: outcomes }
        : { status: 200, content: all(outcomes, encoding) };
    }
    case 'subscribe':
    case 'psubscribe': {
      const kind = first.toLowerCase() === 'subscribe' ? 'subscribe' : 'psubscribe';
      const names = rest.map(decodedWord).filter((name) => name !== '');
      await streamMessages(response, { kind, names, backend, clock, gone });
      return { status: 200, content: undefined };
    }
    default:
  }
  const outcome = await runner.one(pathLine(url, body), gone);
  return { status: 'error' in outcome ? 400 : 200, content: shown(outcome, encoding) };
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

function all(outcomes: readonly Outcome[], encoding: TextEncoding): unknown[] {
  return outcomes.map((outcome) => shown(outcome, encoding));
}

function shown(outcome: Outcome, encoding: TextEncoding): object {
  return 'error' in outcome ? { error: outcome.error } : { result: replyJson(outcome.reply, encoding) };
}

function jsonOf(body: Buffer): unknown {
  if (body.length === 0) throw new RestProblem('empty request: send a command as JSON, or in the path');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new RestProblem('failed to parse command: the body is no JSON');
  }
}

function send(request: IncomingMessage, response: ServerResponse, status: number, content: unknown): void {
  const body = `${JSON.stringify(content)}\n`;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, {
    ...headers,
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD, POST, PUT' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isAuthorized({ headers }: IncomingMessage, url: URL, token: string): boolean {
  return isBearer(headers.authorization ?? `Bearer ${url.searchParams.get('_token') ?? ''}`, token);
}
