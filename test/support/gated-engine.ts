import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import * as ioredis from 'ioredis';
import { EmbeddedEngine } from '../../src/engine';
import { Engine, type EngineOptions } from '../../src/engine/engine';
import { connectorFor } from '../../src/modules/cache/standalone/connector';
import { defineInProcessRedis } from '../../src/modules/cache/standalone/in-process-redis';
import { type Listener, startListener } from '../../src/modules/cache/standalone/listener';
import { RespClient } from './resp-client';

/** The ways to an engine: our class, ioredis' own in process, a socket. */
export const WAYS = ['direct', 'bytes', 'socket'] as const;
export type Way = (typeof WAYS)[number];

/** An engine with a test in the place of its journal, and a second one that has none. */
export interface GatedEngine {
  readonly inner: Engine;
  readonly engine: EmbeddedEngine;
  readonly port: number;
  /** Clients made here end with the engine. */
  make(way: Way, options?: RedisOptions): Redis;
  /** From now on every change closes the gate; what was closed leaves when the test opens it. */
  follow(): void;
  /** Whatever could arrive has: many turns of the event loop, and answers of the other engine by sockets opened before. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function gatedEngine(options: EngineOptions = {}): Promise<GatedEngine> {
  const inner = new Engine({ scriptTimeLimit: 0, ...options });
  const engine = new EmbeddedEngine(inner);
  const other = new EmbeddedEngine(new Engine());
  const [listener, otherListener] = [await listenTo(engine), await listenTo(other)];
  const probe = await RespClient.open(otherListener.port ?? 0);
  const port = listener.port ?? 0;
  const Ours = defineInProcessRedis(ioredis, () => engine);
  const Connector = connectorFor(() => engine);
  const clients: Redis[] = [];
  const makers: Record<Way, (own: RedisOptions) => Redis> = {
    direct: (own) => new Ours(own),
    bytes: (own) => new Redis({ Connector, ...own }),
    socket: (own) => new Redis({ port, disconnectTimeout: 20, ...own }),
  };
  return {
    inner,
    engine,
    port,
    make: (way, own = {}) => {
      const client = makers[way]({ retryStrategy: () => null, ...own });
      client.on('error', () => undefined); // some are dropped
      clients.push(client);
      return client;
    },
    follow: () => {
      inner.effects.listen((unit) => {
        if (unit.some(({ live }) => !live)) engine.gate.close();
      });
    },
    settled: async () => {
      for (let i = 0; i < 5; i++) {
        await probe.command('PING');
        for (let turn = 0; turn < 10; turn++) await nextTurn();
      }
    },
    close: async () => {
      engine.gate.fail('MISCONF the test is over');
      for (const client of clients) client.disconnect();
      probe.close();
      await Promise.all([listener.close(), otherListener.close()]);
      engine.close();
      other.close();
    },
  };
}

function listenTo(engine: EmbeddedEngine): Promise<Listener> {
  return startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
}
