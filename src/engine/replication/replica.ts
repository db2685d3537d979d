import type { Clock } from '../clock';
import type { Client } from '../session/client';

/** Bytes that a replica has not read beyond which no more of the data is sent. */
const MOST_UNREAD = 1_048_576;

/** What a replica says of itself with REPLCONF before it asks for the data. */
export interface Announcement {
  /** Where it listens; empty = where it connects from. */
  address: string;
  /** 0 = it did not say. */
  port: number;
  /** It knows that it may go on under another replication id. */
  psync2: boolean;
  /** The connection ends once it has the data. */
  dataOnly: boolean;
  /** What of the data it wants. */
  wants: Wanted;
}

/** What of the data a replica wants. */
export interface Wanted {
  readonly keys: boolean;
  readonly functions: boolean;
}

/** What is known of a replica that said nothing. */
export const nothingAnnounced = (): Announcement => ({
  address: '',
  port: 0,
  psync2: false,
  dataOnly: false,
  wants: { keys: true, functions: true },
});

/** All of the data as of one moment, an RDB file. */
export interface Image {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
}

/** What a replica works with. */
interface ReplicaParts {
  readonly clock: Clock;
  readonly counters: { netOutputToReplicas: number };
}

/** A client that gets all of the data, and then whatever changes. */
export class Replica {
  /** In Redis' words. */
  state: 'wait_bgsave' | 'send_bulk' | 'online' = 'wait_bgsave';
  /** Bytes of the stream it says it has. */
  acknowledged = 0;
  /** Of those, the ones that it says are on its disk. */
  synced = 0;
  /** When something came from it last, an empty line while it loads its data included, or it was seen to take its data; milliseconds since the epoch. */
  heardAt: number;
  /** What it is being sent. */
  image: Image | undefined;
  /** What is sent once there is room, the first one first. */
  #queue: (string | Buffer)[] = [];
  /** Changes since its data was read: they come behind that. */
  #changes: string[] | undefined;
  #changedBytes = 0;
  #sent = 0;
  /** Of what was sent, what had left the process at the last look. */
  #taken = 0;

  /** @param acknowledges false for those that came by SYNC, who tell nothing */
  constructor(
    readonly client: Client,
    readonly announced: Announcement,
    readonly acknowledges: boolean,
    private readonly parts: ReplicaParts,
  ) {
    this.heardAt = parts.clock.now();
    client.replication = 'loading';
    client.replyMode = 'hangs up';
    client.onRoom = () => {
      this.#pump();
    };
    client.onInput = () => {
      this.heardAt = parts.clock.now();
    };
  }

  /** Bytes of changes that wait for the data to be sent. */
  get waiting(): number {
    return this.#changedBytes;
  }

  get address(): string {
    const { remote } = this.client.address;
    return this.announced.address || remote.slice(0, Math.max(remote.lastIndexOf(':'), 0));
  }

  /** Its data is as of now: changes from now on come behind it. @param line that says so; empty = none */
  begin(line: string): void {
    this.#changes = [];
    if (line !== '') this.#send(line);
  }

  /** Takes its data. */
  load(image: Image): void {
    this.state = 'send_bulk';
    this.heardAt = this.parts.clock.now();
    this.image = image;
    this.#queue = [`$${String(image.bytes)}\r\n`, ...image.pieces, ...(this.#changes ?? [])];
    this.#changes = undefined;
    this.#pump();
  }

  /** It has everything, but for the end. @param line that says so */
  goOn(line: string, text: string): void {
    this.#send(line + text);
    this.#online();
  }

  /** Something changed. */
  stream(text: string): void {
    const waiting = this.state === 'send_bulk' ? this.#queue : this.#changes;
    if (this.state === 'online') this.#send(text);
    // Before its data is read, that holds the change.
    else if (waiting !== undefined) {
      waiting.push(text);
      this.#changedBytes += text.length;
    }
  }

  /** Milliseconds since it was heard of, or read some of its data; 0 where nothing is expected of it. */
  get silence(): number {
    const isExpected = this.state === 'send_bulk' || (this.state === 'online' && this.acknowledges);
    return isExpected ? this.parts.clock.now() - this.heardAt : 0;
  }

  /** Keeps the connection alive while its data is read, and sees whether it takes it. */
  look(): void {
    if (this.state === 'wait_bgsave') this.#send('\n');
    const taken = this.#sent - (this.client.output.unread?.() ?? 0);
    if (this.state === 'send_bulk' && taken > this.#taken) this.heardAt = this.parts.clock.now();
    this.#taken = taken;
  }

  #pump(): void {
    const { client } = this;
    while (this.state === 'send_bulk' && !client.closed && (client.output.unread?.() ?? 0) < MOST_UNREAD) {
      const piece = this.#queue.shift();
      if (piece === undefined) this.#online();
      else this.#send(typeof piece === 'string' ? piece : piece.latin1Slice());
    }
  }

  #send(text: string): void {
    this.parts.counters.netOutputToReplicas += text.length;
    this.#sent += text.length;
    this.client.output.sendBytes?.(text);
  }

  #online(): void {
    this.state = 'online';
    this.heardAt = this.parts.clock.now();
    this.client.replication = 'online';
    this.image = undefined;
    this.#queue = [];
    this.#changedBytes = 0;
    if (this.announced.dataOnly) this.client.output.close();
  }
}
