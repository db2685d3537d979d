import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What the browser tells, by the DevTools protocol. */
interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

type Answer = (told: Told) => void;

/** A headless Chromium with one page, by its pipe. */
export class Browser {
  /** Errors of the page and of its console, and requests to elsewhere, since they were last taken. */
  readonly troubles: string[] = [];
  readonly #answers = new Map<number, Answer>();
  readonly #events = new Map<string, (() => void)[]>();
  #last = 0;
  #session: string | undefined;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly origin: string,
  ) {
    let rest = '';
    (process.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      // "pipe" above
      const lines = (rest + text).split('\0');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as Told); // the protocol's
    });
  }

  /** @param origin requests to others are troubles. @throws Error when there is no chromium on PATH */
  static async start(origin: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'respite-browser-'));
    const args = [
      '--headless',
      '--no-sandbox',
      '--remote-debugging-pipe',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
    ];
    const quiet = ['--no-first-run', '--disable-background-networking', '--hide-scrollbars'];
    const child = spawn('chromium', [...args, ...quiet], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    const browser = new Browser(child, profile, origin);
    const { targetId } = await browser.ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.ask('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await browser.ask(`${domain}.enable`);
    return browser;
  }

  async close(): Promise<void> {
    // All of its processes end; killed, some of them would go on writing for a moment.
    const ended = once(this.process, 'close');
    this.#session = undefined;
    void this.ask('Browser.close');
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const told = await new Promise<Told>((resolve) => {
      this.#answers.set(id, resolve);
      const request = { id, method, params, ...(this.#session !== undefined && { sessionId: this.#session }) };
      (this.process.stdio[3] as Writable).write(`${JSON.stringify(request)}\0`); // "pipe" above
    });
    if (told.error !== undefined) throw new Error(`${method}: ${told.error.message}`);
    return told.result ?? {};
  }

  /** Opens a page and waits until it is loaded. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#events.set('Page.loadEventFired', [resolve]);
    });
    await this.ask('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression on the page; promises are waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer['exceptionDetails'] !== undefined) throw new Error(JSON.stringify(answer['exceptionDetails']));
    return (answer['result'] as { readonly value?: unknown }).value; // as the protocol says
  }

  /** How it is looked at. */
  async look(width: number, height: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.ask('Emulation.setEmulatedMedia', { features });
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.ask('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  #take(told: Told): void {
    if (told.id !== undefined) {
      this.#answers.get(told.id)?.(told);
      this.#answers.delete(told.id);
      return;
    }
    const trouble = this.#troubleIn(told);
    if (trouble !== undefined) this.troubles.push(trouble);
    for (const listener of this.#events.get(told.method ?? '') ?? []) listener();
  }

  #troubleIn({ method, params = {} }: Told): string | undefined {
    if (method === 'Runtime.exceptionThrown') return JSON.stringify(params);
    if (method === 'Runtime.consoleAPICalled' && /^(error|warning)$/.test(String(params['type'])))
      return JSON.stringify(params);
    if (method === 'Log.entryAdded') return JSON.stringify(params);
    if (method !== 'Network.requestWillBeSent') return undefined;
    const { url } = params['request'] as { readonly url: string }; // as the protocol says
    return url.startsWith(this.origin) || /^(data|blob|about):/.test(url) ? undefined : `a request to ${url}`;
  }
}
