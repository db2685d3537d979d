import { type NetConnectOpts, type Socket, createConnection } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { RedisOptions, SentinelConnectionOptions } from 'ioredis';
import { CONNECTS_PLAINLY } from '../plain-connection';

type Ioredis = typeof import('ioredis');
type Connector = NonNullable<RedisOptions['Connector']>;

/** How ioredis says that a client was disconnected while it connected. */
const CLOSED = 'Connection is closed.';

/**
 * How our clients open and close their connections: as ioredis does, except that nothing keeps the process longer than
 * it takes. ioredis gives every socket it closes 2 s, those as well that are closed already or were never open.
 */
export function serverConnector({ AbstractConnector }: Pick<Ioredis, 'AbstractConnector'>): Connector {
  return class extends AbstractConnector {
    static readonly [CONNECTS_PLAINLY] = true;
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      const own = options as RedisOptions; // those of the client it belongs to
      super(own.disconnectTimeout ?? 0);
      this.#options = own;
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      // The caller's own tick is over before anything happens, and disconnect() may have come.
      await Promise.resolve();
      if (!this.#wanted()) throw new Error(CLOSED);
      const { host = '', port = 0, family, tls } = this.#options;
      const address: NetConnectOpts & ConnectionOptions = { host, port, family };
      const stream = tls === undefined ? createConnection(address) : connectTls({ ...address, ...tls });
      this.stream = stream;
      stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      return stream;
    }

    #wanted(): boolean {
      return this.connecting;
    }

    override disconnect(): void {
      this.stream = unlessClosed(this.stream);
      super.disconnect();
    }
  };
}

/**
 * The same on the way to the master the sentinels know. It leaves the sentinels when the connection to the master
 * closes, whoever closed it; a next connection watches them anew. ioredis' own leaves them only when it is told to
 * disconnect: after a QUIT it would stay connected to them, and with it the process, for ever.
 */
export function sentinelConnector({ SentinelConnector }: Pick<Ioredis, 'SentinelConnector'>): Connector {
  return class extends SentinelConnector {
    static readonly [CONNECTS_PLAINLY] = true;
    #watching = false;

    constructor(options: unknown) {
      super(options as SentinelConnectionOptions); // those of the client it belongs to, which has sentinels
    }

    override async connect(
      ...args: Parameters<InstanceType<Ioredis['SentinelConnector']>['connect']>
    ): Promise<Socket> {
      const stream = await super.connect(...args);
      this.#watching = true;
      stream.once('close', () => {
        this.disconnect();
      });
      return stream;
    }

    override disconnect(): void {
      this.stream = unlessClosed(this.stream);
      if (this.#watching || this.connecting) super.disconnect();
      this.#watching = false;
      // A private of ioredis: at the next connection it would leave the same sentinels again, which takes it 2 s.
      Reflect.set(this, 'failoverDetector', null);
    }
  };
}

function unlessClosed(stream: Socket | undefined): Socket {
  // To end it would wait until it is open.
  if (stream?.connecting === true) stream.destroy();
  // ioredis asks whether there is a stream; its types do not say so.
  return stream?.destroyed === false ? stream : (undefined as never);
}
