import { type EmbeddedEngine, openEngine } from '../../src/engine';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { ORACLE } from './oracle';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server';
import { RespClient, textOf } from './resp-client';
import { until } from './until';

/** A server somebody may be a replica of: ours, or a real one. */
export interface Master {
  readonly port: number;
  readonly client: RespClient;
  stop(): Promise<void>;
}

/** An engine of ours with a listener. */
export interface OurMaster extends Master {
  readonly engine: EmbeddedEngine;
}

export async function ourMaster(): Promise<OurMaster> {
  const engine = openEngine({ version: ORACLE });
  const listener = await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
  const port = listener.port ?? 0;
  const client = await RespClient.open(port);
  return {
    port,
    client,
    engine,
    async stop() {
      client.close();
      await listener.close();
      engine.close();
    },
  };
}

/** A real redis-server. */
export async function realMaster(): Promise<Master> {
  const { port, stop } = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
  const client = await RespClient.open(port);
  return {
    port,
    client,
    stop() {
      client.close();
      return stop();
    },
  };
}

/** A real redis-server that is the replica of a master. */
export class RealReplica {
  private constructor(
    readonly server: RedisServer,
    readonly client: RespClient,
    private readonly master: Master,
  ) {}

  static async of(master: Master, options: RedisServerOptions = {}): Promise<RealReplica> {
    const server = await startRedisServer(options);
    const replica = new RealReplica(server, await RespClient.open(server.port), master);
    await replica.client.command('REPLICAOF', '127.0.0.1', String(master.port));
    return replica;
  }

  /** Waits until it has everything that the master has. */
  async catchUp(): Promise<void> {
    await until('a replica has everything', async () => {
      const [link, has] = [await this.figure('master_link_status'), await this.figure('slave_repl_offset')];
      return link === 'up' && has === (await figureOf(this.master.client, 'master_repl_offset'));
    });
  }

  /** A field of its INFO. */
  figure(name: string): Promise<string> {
    return figureOf(this.client, name);
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.server.stop();
  }
}

/** A field of INFO; empty where there is none. @throws Error when the connection has ended */
export async function figureOf(client: RespClient, name: string): Promise<string> {
  const reply = await client.command('INFO', 'everything');
  if (reply === undefined) throw new Error(`nobody is there to tell ${name}`);
  return new RegExp(`^${name}:(.*)\r$`, 'm').exec(textOf(reply))?.[1] ?? '';
}
