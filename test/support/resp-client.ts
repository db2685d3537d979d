import { connect, type Socket } from 'node:net';

/** A reply as it stood on the wire: its RESP type and its content, strings as latin1. */
export type WireReply =
  | { readonly type: '+' | '-' | '$' | '(' | ','; readonly value: string }
  | { readonly type: '='; readonly value: string }
  | { readonly type: ':'; readonly value: string }
  | { readonly type: '#'; readonly value: string }
  | { readonly type: 'null'; readonly value: '$' | '*' | '_' }
  | { readonly type: '*' | '~' | '>' | '%'; readonly value: readonly WireReply[] };

/** The text of a simple reply; empty for aggregates and where there is none. */
export function textOf(reply: WireReply | undefined): string {
  return typeof reply?.value === 'string' ? reply.value : '';
}

const NEED_MORE = Symbol('need more bytes');

/** Speaks RESP without interpreting it, for comparing servers byte by byte. Arguments are latin1 strings. */
export class RespClient {
  #buffer = '';
  #at = 0;
  readonly #replies: WireReply[] = [];
  readonly #waiting: ((reply: WireReply | undefined) => void)[] = [];
  #closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.#buffer = this.#buffer.slice(this.#at) + chunk.toString('latin1');
      this.#at = 0;
      this.#parse();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      for (const resolve of this.#waiting.splice(0)) resolve(undefined);
    });
  }

  static async open(port: number, resp: 2 | 3 = 2): Promise<RespClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const client = new RespClient(socket);
    if (resp === 3) await client.command('HELLO', '3');
    return client;
  }

  /** Sends a command and returns the next reply; undefined when the connection was closed instead. */
  command(...args: readonly string[]): Promise<WireReply | undefined> {
    this.send(...args);
    return this.next();
  }

  send(...args: readonly string[]): void {
    this.sendRaw(`*${String(args.length)}\r\n${args.map((arg) => `$${String(arg.length)}\r\n${arg}\r\n`).join('')}`);
  }

  sendRaw(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /** The next reply or push. */
  next(): Promise<WireReply | undefined> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Replies that have arrived and were not asked for yet. */
  drain(): WireReply[] {
    return this.#replies.splice(0);
  }

  close(): void {
    this.socket.destroy();
  }

  #parse(): void {
    for (;;) {
      const start = this.#at;
      const reply = this.#read();
      if (reply === NEED_MORE) {
        this.#at = start;
        return;
      }
      const resolve = this.#waiting.shift();
      if (resolve === undefined) this.#replies.push(reply);
      else resolve(reply);
    }
  }

  #read(): WireReply | typeof NEED_MORE {
    const end = this.#buffer.indexOf('\r\n', this.#at);
    if (end < 0) return NEED_MORE;
    const type = this.#buffer[this.#at] ?? '';
    const head = this.#buffer.slice(this.#at + 1, end);
    this.#at = end + 2;
    switch (type) {
      case '+':
      case '-':
      case ':':
      case ',':
      case '#':
      case '(':
        return { type, value: head };
      case '_':
        return { type: 'null', value: '_' };
      case '$':
      case '=': {
        const length = Number(head);
        if (length < 0) return { type: 'null', value: '$' };
        if (this.#buffer.length < this.#at + length + 2) return NEED_MORE;
        const value = this.#buffer.slice(this.#at, this.#at + length);
        this.#at += length + 2;
        return { type, value };
      }
      case '*':
      case '~':
      case '>':
      case '%': {
        const length = Number(head);
        if (length < 0) return { type: 'null', value: '*' };
        const items: WireReply[] = [];
        for (let left = type === '%' ? length * 2 : length; left > 0; left--) {
          const item = this.#read();
          if (item === NEED_MORE) return NEED_MORE;
          items.push(item);
        }
        return { type, value: items };
      }
      default:
        throw new Error(`not RESP: ${JSON.stringify(type + head.slice(0, 80))}`);
    }
  }
}
