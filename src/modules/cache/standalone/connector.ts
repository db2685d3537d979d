import type { RedisOptions } from 'ioredis';
import type { Engine } from '../../../engine';
import { MemoryStream } from './memory-stream';

/** Why a connection is refused once the engine was stopped. */
const CLOSED = 'Connection is closed.';

/** An ioredis `Connector` that joins a client to an engine in this process. */
export function connectorFor(engine: () => Engine | undefined): NonNullable<RedisOptions['Connector']> {
  class EngineConnector {
    #connecting = false;
    #stream: MemoryStream | undefined;

    check(): boolean {
      return true;
    }

    async connect(): Promise<MemoryStream> {
      this.#connecting = true;
      // As with a socket, the caller's own tick is over before anything happens.
      await Promise.resolve();
      const joined = this.#wanted() ? engine() : undefined;
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
  return EngineConnector as unknown as NonNullable<RedisOptions['Connector']>;
}
