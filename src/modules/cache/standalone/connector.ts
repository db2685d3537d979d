import type { RedisOptions } from 'ioredis';
import type { EmbeddedEngine } from '../../../engine';
import { MemoryStream } from './memory-stream';

/** Why a connection is refused once the engine was stopped. */
const CLOSED = 'Connection is closed.';

/** What makes ioredis' streams. */
export type Connector = NonNullable<RedisOptions['Connector']>;

type EngineOf = (options: RedisOptions) => EmbeddedEngine | undefined;

/** The connectors made here: whatever module of ioredis a client comes from, its connector says where it belongs. */
const connectors = new WeakMap<Connector, EngineOf>();

/** Whether a connector joins clients to an engine in this process. */
export function isEngineConnector(connector: RedisOptions['Connector']): connector is Connector {
  return connector !== undefined && connectors.has(connector);
}

/** The engine a client with such options lives on; `undefined` when it is a client of a server, or of a closed engine. */
export function engineOfClient(options: RedisOptions): EmbeddedEngine | undefined {
  return options.Connector === undefined ? undefined : connectors.get(options.Connector)?.(options);
}

/**
 * An ioredis `Connector` that joins a client to an engine in this process: the one `engine` names for the client's
 * options, asked at every attempt to connect.
 */
export function connectorFor(engine: EngineOf): Connector {
  /** With the members of ioredis' own: there are those who reach for the stream through it. */
  class EngineConnector {
    connecting = false;
    stream: MemoryStream | undefined;

    readonly disconnectTimeout: number | undefined;

    constructor(readonly options: RedisOptions) {
      this.disconnectTimeout = options.disconnectTimeout;
    }

    check(): boolean {
      return true;
    }

    connect(): Promise<MemoryStream> {
      this.connecting = true;
      // As with a socket, the caller's own tick is over before anything happens; `disconnect` may come meanwhile.
      return new Promise((resolve, reject) => {
        process.nextTick(() => {
          const joined = this.connecting ? engine(this.options) : undefined;
          if (joined === undefined) {
            reject(new Error(CLOSED));
            return;
          }
          this.stream = new MemoryStream(joined);
          resolve(this.stream);
        });
      });
    }

    disconnect(): void {
      this.connecting = false;
      this.stream?.end();
    }
  }
  // ioredis' type asks for a net.Socket; it uses the few members MemoryStream has (see its comment).
  const connector = EngineConnector as unknown as Connector;
  connectors.set(connector, engine);
  return connector;
}
