import { connect, type Socket } from 'node:net';
import { RespClient } from './resp-client';

/** A command as a replica gets it, and the database that is selected then. */
export interface ReplicatedCommand {
  readonly database: number;
  readonly line: readonly string[];
}

/** Follows what a real redis-server tells its replicas. Start the server with `REPLICATION_ARGS`. */
export class ReplicationStream {
  #database = 0;
  #buffer = '';
  #inSnapshot = true;
  #markers = 0;
  readonly #commands: ReplicatedCommand[] = [];
  readonly #arrivals = new Set<() => void>();

  private constructor(
    private readonly socket: Socket,
    private readonly client: RespClient,
  ) {
    socket.on('data', (chunk) => {
      this.#buffer += chunk.toString('latin1');
      this.#read();
    });
  }

  /** Attaches as a replica and waits until the stream has begun. */
  static async attach(port: number): Promise<ReplicationStream> {
    const socket = connect({ port, host: '127.0.0.1' });
    const stream = new ReplicationStream(socket, await RespClient.open(port));
    socket.write('SYNC\r\n');
    await stream.take();
    return stream;
  }

  /** What came since it was asked last, everything included that was answered to anybody before. */
  async take(): Promise<ReplicatedCommand[]> {
    const marker = `marker-${String(++this.#markers)}`;
    let at = -1;
    while (at < 0) {
      const arrived = new Promise<void>((resolve) => this.#arrivals.add(resolve));
      // Again each time: until the snapshot is through, messages are not kept for a replica.
      await this.client.command('PUBLISH', 'replication-stream', marker);
      at = this.#position(marker);
      if (at < 0) await Promise.race([arrived, new Promise((resolve) => setTimeout(resolve, 20))]);
      at = this.#position(marker);
    }
    const taken = this.#commands.splice(0, at + 1);
    return taken.filter(({ line }) => line[1] !== 'replication-stream');
  }

  close(): void {
    this.socket.destroy();
    this.client.close();
  }

  #position(marker: string): number {
    return this.#commands.findIndex(({ line }) => line[2] === marker);
  }

  #read(): void {
    if (this.#inSnapshot) {
      this.#buffer = this.#buffer.replace(/^(?:\n)+/, '');
      const header = /^\$(\d+)\r\n/.exec(this.#buffer);
      if (header === null) return;
      const end = header[0].length + Number(header[1]);
      if (this.#buffer.length < end) return;
      this.#buffer = this.#buffer.slice(end);
      this.#inSnapshot = false;
    }
    for (;;) {
      const parsed = parseCommand(this.#buffer);
      if (parsed === undefined) break;
      this.#buffer = this.#buffer.slice(parsed.length);
      this.#note(parsed.line);
    }
    for (const arrived of this.#arrivals) arrived();
    this.#arrivals.clear();
  }

  #note(line: readonly string[]): void {
    const name = line[0]?.toUpperCase();
    if (name === 'SELECT') this.#database = Number(line[1]);
    else if (name !== 'PING') this.#commands.push({ database: this.#database, line });
  }
}

/** What a server must be started with, so that a replica is served at once. */
export const REPLICATION_ARGS = ['--repl-diskless-sync', 'no', '--repl-ping-replica-period', '3600'];

function parseCommand(bytes: string): { readonly line: string[]; readonly length: number } | undefined {
  const header = /^\*(\d+)\r\n/.exec(bytes);
  if (header === null) return undefined;
  const line: string[] = [];
  let at = header[0].length;
  for (let i = 0; i < Number(header[1]); i++) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const length = Number(bytes.slice(at + 1, end));
    if (bytes.length < end + 2 + length + 2) return undefined;
    line.push(bytes.slice(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return { line, length: at };
}
