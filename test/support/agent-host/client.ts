import { until } from '../until';

/** A run, as the host answers it. */
export interface ShownRun {
  readonly id: string;
  readonly owner: string;
  readonly status: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly steps: readonly ShownStep[];
}

/** A step of it. */
export interface ShownStep {
  readonly id: string;
  readonly status: string;
  readonly output?: unknown;
  readonly attempts?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** An answer of the host. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A server-sent event. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Speaks to a host, with somebody's key. */
export class HostClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.key !== '' && { authorization: `Bearer ${this.key}` }),
        ...(body !== undefined && { 'content-type': isText ? 'application/yaml' : 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }; // as the caller expects
  }

  async get<T = unknown>(path: string): Promise<T> {
    return succeeded(await this.request<T>('GET', path));
  }

  async post<T = unknown>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return succeeded(await this.request<T>('POST', path, body, headers));
  }

  /** Starts a workflow. */
  run(workflow: string, input: object = {}): Promise<ShownRun> {
    return this.post(`/workflows/${workflow}/runs`, input);
  }

  /** Waits until a run is as wanted. */
  async when(id: string, wanted: (run: ShownRun) => boolean): Promise<ShownRun> {
    let run: ShownRun | undefined;
    await until(`run ${id} is as wanted`, async () => {
      run = await this.get<ShownRun>(`/runs/${id}`);
      if (run.status !== 'running' && !wanted(run))
        throw new Error(`the run has ended otherwise: ${JSON.stringify(run)}`);
      return wanted(run);
    });
    if (run === undefined) throw new Error('until resolves when it is so');
    return run;
  }

  /** Waits until a run has ended. */
  ended(id: string): Promise<ShownRun> {
    return this.when(id, ({ status }) => status !== 'running');
  }

  /** Starts a workflow, and waits until it has ended. */
  async finish(workflow: string, input: object = {}): Promise<ShownRun> {
    return this.ended((await this.run(workflow, input)).id);
  }

  /** Events, as they come; leaving the loop closes the connection. */
  async *events(path: string, lastEventId?: string): AsyncGenerator<SentEvent> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    const left = new AbortController();
    const { body } = await fetch(`${this.url}${path}`, { headers, signal: left.signal });
    let [text, id, type] = ['', '', ''];
    try {
      for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const lines = `${text}${chunk}`.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          if (line.startsWith('id: ')) id = line.slice(4);
          if (line.startsWith('event: ')) type = line.slice(7);
          if (line.startsWith('data: ')) yield { id, type, data: JSON.parse(line.slice(6)) as SentEvent['data'] };
        }
      }
    } finally {
      left.abort();
    }
  }
}

function succeeded<T>({ status, body }: Answer<T>): T {
  if (status >= 400) throw new Error(`the host answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
