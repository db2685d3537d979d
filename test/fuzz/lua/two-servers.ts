import { openEngine } from '../../../src/engine';
import { startListener } from '../../../src/modules/cache/standalone/listener';
import { ORACLE } from '../../support/oracle';
import { startRedisServer } from '../../support/redis-server';
import { RespClient, type WireReply } from '../../support/resp-client';

type Answer = WireReply | undefined;

/** A client of a real server and one of ours, which are asked the same. */
export class TwoServers {
  private constructor(
    private readonly real: RespClient,
    private readonly ours: RespClient,
  ) {}

  /** Starts both, gives them to `work`, ends both. */
  static async with<T>(work: (servers: TwoServers) => Promise<T>): Promise<T> {
    // No limit in time: a busy machine is no difference.
    const engine = openEngine({ version: ORACLE, scriptTimeLimit: 0 });
    const listener = await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
    const real = await startRedisServer();
    const servers = new TwoServers(await RespClient.open(real.port), await RespClient.open(listener.port ?? 0));
    try {
      return await work(servers);
    } finally {
      servers.real.close();
      servers.ours.close();
      await listener.close();
      engine.close();
      await real.stop();
    }
  }

  /** Empty databases and no cached scripts. */
  async reset(): Promise<void> {
    await this.ask('FLUSHALL');
    await this.ask('SCRIPT', 'FLUSH', 'SYNC');
  }

  /** The replies of both; undefined for a connection that was closed instead. */
  ask(...command: readonly string[]): Promise<[expected: Answer, actual: Answer]> {
    return Promise.all([this.real.command(...command), this.ours.command(...command)]);
  }
}
