import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { until } from './until';

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A page in a real browser, Debian's chromium, told what to do by the DevTools protocol over a pipe. */
export class ChromiumPage {
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #session = '';
  #last = 0;
  #rest = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly to: Writable,
    private readonly profile: string,
  ) {}

  /** @throws Error when there is no chromium on PATH */
  static async open(url: string): Promise<ChromiumPage> {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    // Without a sandbox, as root has none; pages of ours are all it sees.
    const args = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      '--remote-debugging-pipe',
    ];
    const child = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    const [, , , to, from] = child.stdio as unknown as [null, null, null, Writable, Readable]; // pipes, as asked for
    const page = new ChromiumPage(child, to, profile);
    from.setEncoding('utf8').on('data', (text: string) => {
      page.#receive(text);
    });
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.#send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = String(sessionId);
    await page.goTo(url);
    return page;
  }

  async goTo(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
    await this.becomes('document.readyState === "complete"');
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value?: unknown }).value;
  }

  /** Waits until an expression in the page is true. */
  async becomes(expression: string): Promise<void> {
    await until(`${expression} in the page`, async () => (await this.evaluate(expression)) === true);
  }

  async screenshot(file: string): Promise<void> {
    const { data } = await this.#send('Page.captureScreenshot', {});
    writeFileSync(file, Buffer.from(String(data), 'base64'));
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }

  async #send(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#last;
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.to.write(
      `${JSON.stringify({ id, method, params, ...(this.#session !== '' && { sessionId: this.#session }) })}\0`,
    );
    const { result = {}, error } = await replied;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  #receive(text: string): void {
    const messages = `${this.#rest}${text}`.split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const reply = JSON.parse(message) as Reply; // as the protocol has it
      if (reply.id === undefined) continue;
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
  }
}
