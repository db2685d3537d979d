import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../errors/host-error';

/** What the host refused, or that it does not answer. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.message}`);
  }
}

/** What a server-sent event is here. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const AGAIN_MS = 500;

/** A host that runs, and a key. */
export class Connection {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** HOST_KEY, else the file of the first user, if this is his machine. */
  static open({ url, key }: { readonly url: string; readonly key?: string }): Connection {
    const file = 'admin.key';
    return new Connection(url, key ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : ''));
  }

  /** @throws Refused */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.fetch(method, path, {}, body);
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return isJson ? response.json() : response.text();
  }

  /** The events of a run until it has ended; a connection that breaks is made again, and nothing is told twice. */
  async *events(run: string): AsyncGenerator<ToldEvent> {
    let last = '0';
    for (;;) {
      const { body } = await this.fetch('GET', `/runs/${run}/events`, { 'last-event-id': last });
      try {
        for await (const event of parse(body)) {
          last = event.id;
          yield event;
          if (event.type === 'finished') return;
        }
      } catch (failure) {
        if (!(failure instanceof TypeError)) throw failure; // what fetch throws when a connection breaks
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  private async fetch(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Response> {
    const authorization = this.key === '' ? {} : { authorization: `Bearer ${this.key}` };
    const init = { method, headers: { ...authorization, ...headers, 'content-type': 'application/json' } };
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, {
        ...init,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refused({
        code: 'HOST_UNREACHABLE',
        message: `no host answers at ${this.url}: start it, or set HOST_URL.`,
      });
    }
    if (response.ok) return response;
    const text = await response.text();
    try {
      throw new Refused((JSON.parse(text) as { error: Problem }).error);
    } catch (failure) {
      if (failure instanceof Refused) throw failure;
      throw new Refused({ code: 'INTERNAL', message: `${this.url} answered ${response.status}: is it the host?` });
    }
  }
}

async function* parse(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ToldEvent> {
  if (body === null) return;
  let [rest, id, type] = ['', '', ''];
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) id = line.slice(4);
      if (line.startsWith('event: ')) type = line.slice(7);
      if (line.startsWith('data: ')) yield { id, type, data: JSON.parse(line.slice(6)) as ToldEvent['data'] };
    }
  }
}
