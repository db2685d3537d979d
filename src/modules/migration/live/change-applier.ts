import type { Redis } from 'ioredis';
import { keysOfLine } from '../../../engine';
import { RequestParser } from '../../../engine/protocol/request-parser';
import { RespiteError } from '../../../errors';
import { showKey } from '../key-names';
import { allReplies } from '../redis/replies';
import { at, type Side } from '../sides';
import { MovingKeys } from './moving-keys';
import type { ParkedDeadlines } from './parked-deadlines';

/** Commands sent at once. */
const SENT_AT_ONCE = 1000;

/** What comes is not from a client: nothing of it is refused. */
const UNLIMITED = { maxBulkLength: 2 ** 30, authenticated: true, room: Infinity, heapBytes: () => 0 };

/** What tells that a key has expired, and what stands around that. */
const ENDS: ReadonlySet<string> = new Set(['del', 'unlink', 'multi', 'exec']);

/** A command on its way to the target. */
interface Sent {
  readonly name: string;
  readonly args: readonly string[];
  readonly db: number;
}

/** Keys by database. */
export type TouchedKeys = Map<number, Set<string>>;

/** Adds keys of a database. */
export function addKeys(all: TouchedKeys, db: number, keys: Iterable<string>): void {
  let known = all.get(db);
  if (known === undefined) all.set(db, (known = new Set()));
  for (const key of keys) known.add(key);
}

/** Does at a target what changed at a source, in order. */
export class ChangeApplier {
  /** Bytes of changes that are there, by the count of the source. */
  applied: number;
  /** Commands that are there. */
  commands = 0;
  /** Those among them that are more than the end of a key, which comes by itself. */
  writes = 0;
  /** When set, takes the keys of what is applied. */
  touched: TouchedKeys | undefined;
  /** Streams whose groups have read. */
  readonly streams = new MovingKeys();
  readonly #parser = new RequestParser(UNLIMITED);
  /** Read and not yet sent, and how far the source's count was after it. */
  #lines: Sent[] = [];
  #read: number;
  #db = 0;
  /** What is chosen at the target. */
  #chosen: number | undefined;
  #inTransaction = false;

  /**
   * @param client of the target, one of its own
   * @param start what the source had counted before the first change
   */
  constructor(
    private readonly client: Redis,
    private readonly target: Side,
    private readonly deadlines: ParkedDeadlines,
    start: number,
  ) {
    this.applied = start;
    this.#read = start;
  }

  /**
   * Applies what came. What belongs together is sent together.
   * @throws RespiteError `IMPORT_REFUSED`, `MIGRATION_CONNECTION_LOST`
   */
  async apply(bytes: Buffer): Promise<void> {
    this.#parser.push(bytes);
    for (let request = this.#parser.next(); request !== undefined; request = this.#parser.next()) {
      this.#read += this.#parser.requestBytes;
      this.#add(request.name.toLowerCase(), request.args);
      if (!this.#inTransaction && this.#lines.length >= SENT_AT_ONCE) await this.#send();
    }
    if (!this.#inTransaction) await this.#send();
  }

  #add(name: string, args: readonly string[]): void {
    if (name === 'ping' || name === 'replconf') return;
    if (name === 'select') {
      this.#db = Number(args[0]);
      return;
    }
    if (name === 'multi') this.#inTransaction = true;
    if (name === 'exec') this.#inTransaction = false;
    if (name === 'xclaim') this.streams.add(this.#db, args[0] ?? '');
    else this.streams.follow(this.#db, name, args);
    const adjusted = this.deadlines.adjust(this.#db, name, args);
    this.#lines.push({ name, args: adjusted, db: this.#db });
    this.#touch(name, args);
  }

  #touch(name: string, args: readonly string[]): void {
    const { touched } = this;
    if (touched === undefined) return;
    const keys = keysOfLine(name, args);
    addKeys(touched, this.#db, keys);
    if (name === 'move') addKeys(touched, Number(args[1]), keys);
    const [, , option = '', db] = args;
    if (name === 'copy' && option.toLowerCase() === 'db') addKeys(touched, Number(db), keys);
  }

  async #send(): Promise<void> {
    const lines = this.#lines;
    const read = this.#read;
    this.#lines = [];
    if (lines.length > 0) {
      const sent = this.#withDatabases(lines);
      const replies = await at(this.target, () => {
        const pipeline = this.client.pipeline();
        // As one list: a command may have more words than a call may have arguments.
        for (const { name, args } of sent)
          pipeline.callBuffer(
            name,
            args.map((arg) => Buffer.from(arg, 'latin1')),
          );
        return allReplies(pipeline);
      });
      for (const [i, reply] of replies.entries()) this.#check(reply, sent[i]);
      this.commands += lines.length;
      for (const { name } of lines) if (!ENDS.has(name)) this.writes += 1;
    }
    this.applied = read;
  }

  #withDatabases(lines: readonly Sent[]): Sent[] {
    const sent: Sent[] = [];
    for (const line of lines) {
      const { db, name } = line;
      if (db !== this.#chosen && name !== 'multi' && name !== 'exec') {
        sent.push({ name: 'select', args: [String(db)], db });
        this.#chosen = db;
      }
      sent.push(line);
    }
    return sent;
  }

  #check(reply: unknown, sent: Sent | undefined): void {
    const refusal = refusalIn(reply);
    if (refusal === undefined || sent === undefined) return;
    const [key] = keysOfLine(sent.name, sent.args);
    const what = key === undefined ? '' : ` for the key ${showKey(sent.db, key)}`;
    throw new RespiteError('IMPORT_REFUSED', {
      message: `${this.target.name} refused ${sent.name.toUpperCase()}${what}, which changed the source: ${refusal.message}. The target is not complete. Correct the reason, then start the move again with --replace --prune.`,
      cause: refusal,
    });
  }
}

/** What EXEC answers may have errors in it. */
function refusalIn(reply: unknown): Error | undefined {
  if (reply instanceof Error) return reply;
  return Array.isArray(reply) ? reply.find((each: unknown): each is Error => each instanceof Error) : undefined;
}
