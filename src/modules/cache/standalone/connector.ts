import type { RedisOptions } from 'ioredis';
import type { Engine } from '../../../engine';
import { MemoryStream } from './memory-stream';

/** Why a connection is refused once the engine was stopped. */
const CLOSED = 'Connection is closed.';

type Connector = NonNullable<RedisOptions['Connector']>;

type EngineOf = (options: RedisOptions) => Engine | undefined;

/** The connectors made here: whatever module of ioredis a client comes from, its connector says where it belongs. */
const connectors = new WeakMap<Connector, EngineOf>();

/** Whether a connector joins clients to an engine in this process. */
export function isEngineConnector(connector: RedisOptions['Connector']): connector is Connector {
  return connector !== undefined && connectors.has(connector);
}

/** The engine a client with such options lives on; `undefined` when it is a client of a server, or of a closed engine. */
export function engineOfClient(options: RedisOptions): Engine | undefined {
  return options.Connector === undefined ? undefined : connectors.get(options.Connector)?.(options);
}

/**
 * An ioredis `Connector` that joins a client to an engine in this process: the one `engine` names for the client's
 * options, asked at every attempt to connect.
 */
export function connectorFor(engine: EngineOf): Connector {
  class EngineConnector {
    #connecting = false;
    #stream: MemoryStream | undefined;
    readonly #options: RedisOptions;

    constructor(options: RedisOptions) {
      this.#options = options;
    }

    check(): boolean {
      return true;
    }

    async connect(): Promise<MemoryStream> {
      this.#connecting = true;
      // As with a socket, the caller's own tick is over before anything happens.
      await Promise.resolve();
      const joined = this.#wanted() ? engine(this.#options) : undefined;
      if (joined === undefined) throw new Error(CLOSED);
      this.#stream = new MemoryStream(joined);
      return this.#stream;
    }

    /** Asked again after the wait: `disconnect` may have come meanwhile. */
    #wanted(): boolean {
      return this.#connecting;
    }

    disconnect(): void {
      this.#connecting = false;
      this.#stream?.end();
    }
  }
  // ioredis' type asks for a net.Socket; it uses the few members MemoryStream has (see its comment).
  const connector = EngineConnector as unknown as Connector;
  connectors.set(connector, engine);
  return connector;
}
