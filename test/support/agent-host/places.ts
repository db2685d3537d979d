import { type RedisServer, startRedisServer } from '../redis-server';
import { type Definitions, HostPlace } from './place';
import type { Host } from './host';

/** A host that runs while the tests of a block do. */
export interface RunningPlace {
  readonly place: HostPlace;
  readonly host: Host;
}

/** Declares the same tests twice: for a host on the engine in its process, and on a real Redis, by configuration alone. */
export function onBothHosts(
  definitions: Definitions,
  declare: (running: () => RunningPlace) => void,
  settings: NodeJS.ProcessEnv = {},
): void {
  describe.each(['standalone', 'distributed'] as const)('%s', (mode) => {
    let redis: RedisServer | undefined;
    let running: RunningPlace | undefined;
    beforeAll(async () => {
      if (mode === 'distributed') redis = await startRedisServer();
      const env = redis && { RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: `${redis.host}:${redis.port}` };
      const place = await HostPlace.make(env, definitions);
      running = { place, host: await place.start(settings) };
    });
    afterAll(async () => {
      await running?.place.remove();
      await redis?.stop();
    });
    declare(() => {
      if (running === undefined) throw new Error('the host did not start');
      return running;
    });
  });
}
