import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { asError, RespiteError } from '../../../errors';
import { logIn, reach } from '../redis/own-socket';
import { Backlog } from './backlog';
import { ReplicaStream } from './replica-stream';

/** Milliseconds between two reports to the server of how far we are. */
const ACKNOWLEDGE_EVERY_MS = 1000;
/** A link that breaks is made anew for so long, in milliseconds; less than what a server waits before it forgets a replica. */
const RECONNECT_FOR_MS = 30_000;
const RECONNECT_EVERY_MS = 500;

/**
 * Follows a Redis as its replica does: all of the data as an RDB file, then everything that changes. A link that breaks is made
 * anew, and goes on where it was as long as the server remembers what came since.
 */
export class ReplicaLink {
  readonly backlog: Backlog;
  /** What is at the target, by the server's count. */
  applied: number;
  /** Set once nothing is expected any more: a link that breaks is not made anew. */
  isLast = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #closed = new AbortController();

  private constructor(
    private readonly client: Redis,
    private readonly name: string,
    private socket: Socket,
    private stream: ReplicaStream,
    private replicationId: string,
    start: number,
    private readonly header: string,
  ) {
    this.backlog = new Backlog(start);
    this.applied = start;
  }

  /**
   * Asks a server for everything.
   * @param client a client of it, by whose options it is reached
   * @throws RespiteError `MIGRATION_REPLICATION_REFUSED`, `MIGRATION_CONNECTION_LOST`
   */
  static async open(client: Redis, name: string): Promise<ReplicaLink> {
    const { socket, stream, answer } = await synchronise(client, name, 'PSYNC ? -1');
    try {
      const [word, id = '', offset = ''] = answer.split(' ');
      if (word !== '+FULLRESYNC') throw refused(name, answer);
      const header = await stream.line();
      if (!header.startsWith('$')) throw refused(name, header);
      return new ReplicaLink(client, name, socket, stream, id, Number(offset), header);
    } catch (error) {
      socket.destroy();
      throw RespiteError.is(error) ? error : lost(name, error);
    }
  }

  /** The RDB file; read it to its end. From then on what changes is in the backlog. */
  async *data(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.stream.data(this.header);
    } catch (error) {
      throw lost(this.name, error);
    }
    // Not before: what changes follows the first of these.
    this.#acknowledge();
    this.#timer = setInterval(() => {
      this.#acknowledge();
    }, ACKNOWLEDGE_EVERY_MS);
    void this.#follow();
  }

  close(): void {
    this.#closed.abort();
    clearInterval(this.#timer);
    this.socket.destroy();
    this.backlog.end();
  }

  async #follow(): Promise<void> {
    for (;;) {
      const cause = await this.#read();
      if (this.#closed.signal.aborted) return;
      try {
        if (await this.#resume()) continue;
        this.backlog.end(lost(this.name, 'it does not remember what changed meanwhile'));
      } catch (error) {
        this.backlog.end(lost(this.name, RespiteError.is(error) ? error : (cause ?? error)));
      }
      clearInterval(this.#timer);
      return;
    }
  }

  async #read(): Promise<unknown> {
    try {
      for await (const bytes of this.stream.changes()) this.backlog.push(bytes);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** @returns whether the server goes on where the link broke */
  async #resume(): Promise<boolean> {
    const until = performance.now() + RECONNECT_FOR_MS;
    for (;;) {
      try {
        const line = `PSYNC ${this.replicationId} ${String(this.backlog.received + 1)}`;
        const { socket, stream, answer } = await synchronise(this.client, this.name, line);
        this.socket = socket;
        this.stream = stream;
        const [word, id = this.replicationId] = answer.split(' ');
        if (word === '+CONTINUE') this.replicationId = id;
        else socket.destroy();
        return word === '+CONTINUE';
      } catch (error) {
        if (this.isLast || this.#closed.signal.aborted || performance.now() > until) throw error;
        await setTimeout(RECONNECT_EVERY_MS, undefined, { signal: this.#closed.signal });
      }
    }
  }

  #acknowledge(): void {
    if (!this.socket.writable) return;
    const offset = String(this.applied);
    this.socket.write(`*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$${String(offset.length)}\r\n${offset}\r\n`);
  }
}

/** Connects, logs in, and says a line. @returns what it answers to that */
async function synchronise(client: Redis, name: string, line: string) {
  const { socket, stream } = await openLink(client, name);
  try {
    // Both mean: it may come without its length being known, and may go on under another id.
    socket.write('REPLCONF capa eof capa psync2\r\n');
    const capable = await stream.line();
    if (capable.startsWith('-')) throw refused(name, capable);
    socket.write(`${line}\r\n`);
    const answer = await stream.line();
    if (!answer.startsWith('+')) throw refused(name, answer);
    return { socket, stream, answer };
  } catch (error) {
    socket.destroy();
    throw RespiteError.is(error) ? error : lost(name, error);
  }
}

async function openLink(client: Redis, name: string): Promise<{ socket: Socket; stream: ReplicaStream }> {
  try {
    const socket = await reach(client);
    const stream = new ReplicaStream(socket);
    const answer = await logIn(client, socket, () => stream.line());
    if (answer === undefined) return { socket, stream };
    socket.destroy();
    throw refused(name, answer);
  } catch (error) {
    throw RespiteError.is(error) ? error : lost(name, error);
  }
}

function refused(name: string, answer: string): RespiteError {
  return new RespiteError('MIGRATION_REPLICATION_REFUSED', {
    message: `${name} does not let itself be followed as by a replica: ${answer.replace(/^-/, '')}. Stop who writes and move at rest, without --live; or let the user run PSYNC and REPLCONF.`,
  });
}

function lost(name: string, cause: unknown): RespiteError {
  const why = typeof cause === 'string' ? cause : asError(cause).message.replace(/\.$/, '');
  return new RespiteError('MIGRATION_CONNECTION_LOST', {
    message: `The connection to ${name} was lost: ${why}. Start the move again, with --replace --prune.`,
    cause,
  });
}
