import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { FOOTER_BYTES, writePayload } from '../../../engine/rdb/value-body';
import { asError } from '../../../errors';
import { isPlainlyConnected, type KeyToWrite } from '../../cache';
import { logIn, reach } from './own-socket';

/** Bytes of a RESTORE beside its key and payload, at most. */
const MOST_WORDS = 200;

/** Lines that are waited for. */
interface Waiting {
  readonly lines: string[];
  readonly count: number;
  resolve(lines: readonly string[]): void;
  reject(error: unknown): void;
}

/**
 * A connection of its own to a server, that says nothing but RESTORE: a client takes several times as long as the server for each,
 * with an object and a promise of its own.
 */
export class RestoreLink {
  #db = 0;
  #waiting: Waiting | undefined;
  #rest = '';
  #error: Error | undefined;

  private constructor(
    private readonly client: Redis,
    private readonly socket: Socket,
  ) {
    socket.on('data', (bytes) => {
      this.#take(bytes.latin1Slice());
    });
    socket.on('close', () => {
      this.#end(new Error('it was closed'));
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
  }

  /** @returns undefined for a client that has no server of its own behind it, or does more to keys than to send them */
  static async open(client: Redis): Promise<RestoreLink | undefined> {
    if (!isPlainlyConnected(client) || client.options.keyPrefix) return undefined;
    let link: RestoreLink | undefined;
    try {
      link = new RestoreLink(client, await reach(client));
      if (await link.#isWelcome()) return link;
    } catch {
      // As one client more than there may be: the one that there is will do.
    }
    link?.close();
    return undefined;
  }

  async #isWelcome(): Promise<boolean> {
    const answer = async () => (await this.#lines(1))[0] ?? '';
    if ((await logIn(this.client, this.socket, answer)) !== undefined) return false;
    this.socket.write('PING\r\n');
    // Not everybody may ask that: any answer is one, but that of a server that has too many clients.
    return !(await answer()).startsWith('-ERR max number of clients');
  }

  /**
   * Restores keys, one after the other.
   * @param replaces whether what is there may go
   * @returns of each what the server has against it; undefined when it was written
   * @throws Error when the connection was lost
   */
  async restore(db: number, keys: readonly KeyToWrite[], replaces: boolean): Promise<(string | undefined)[]> {
    if (db !== this.#db) await this.#select(db);
    const answers = this.#lines(keys.length);
    answers.catch(() => undefined); // heard of below
    if (!this.socket.write(encode(keys, replaces))) await Promise.race([once(this.socket, 'drain'), answers]);
    return (await answers).map((line) => (line.startsWith('-') ? line.slice(1) : undefined));
  }

  /** Before anything is said that is meant for it. */
  async #select(db: number): Promise<void> {
    this.socket.write(`SELECT ${String(db)}\r\n`);
    const [answer = ''] = await this.#lines(1);
    if (!answer.startsWith('+')) throw new Error(`it refused database ${String(db)}: ${answer.slice(1)}`);
    this.#db = db;
  }

  close(): void {
    this.socket.destroy();
  }

  async #lines(count: number): Promise<readonly string[]> {
    const { commandTimeout } = this.client.options;
    // As the client would: it does not say which of the commands.
    const giveUp = () => {
      this.#end(new Error('Command timed out'));
    };
    const timer = commandTimeout === undefined ? undefined : setTimeout(giveUp, commandTimeout);
    try {
      return await new Promise((resolve, reject) => {
        if (this.#error !== undefined) reject(this.#error);
        else this.#waiting = { lines: [], count, resolve, reject };
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.lines.push(...lines);
    if (waiting.lines.length < waiting.count) return;
    this.#waiting = undefined;
    waiting.resolve(waiting.lines);
  }

  #end(error: unknown): void {
    this.#error ??= asError(error);
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }
}

/** The commands as bytes. */
function encode(keys: readonly KeyToWrite[], replaces: boolean): Buffer {
  let size = 0;
  for (const { key, body } of keys) size += key.length + body.length + MOST_WORDS;
  const bytes = Buffer.allocUnsafe(size);
  const last = `\r\n$6\r\nABSTTL\r\n${replaces ? '$7\r\nREPLACE\r\n' : ''}`;
  let at = 0;
  for (const { key, body, expireAt, idle, frequency } of keys) {
    const use =
      words(idle === undefined ? [] : ['IDLETIME', idle]) + words(frequency === undefined ? [] : ['FREQ', frequency]);
    const count = 5 + (replaces ? 1 : 0) + (idle === undefined ? 0 : 2) + (frequency === undefined ? 0 : 2);
    at += bytes.latin1Write(`*${String(count)}\r\n$7\r\nRESTORE\r\n$${String(key.length)}\r\n`, at);
    at += bytes.latin1Write(key, at);
    const payloadBytes = String(body.length + FOOTER_BYTES);
    at += bytes.latin1Write(`\r\n${words([expireAt])}$${payloadBytes}\r\n`, at);
    at = writePayload(body, bytes, at);
    at += bytes.latin1Write(last + use, at);
  }
  return bytes.subarray(0, at);
}

function words(all: readonly (string | number)[]): string {
  return all.map((word) => `$${String(String(word).length)}\r\n${String(word)}\r\n`).join('');
}
