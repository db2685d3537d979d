import { Redis, type RedisOptions } from 'ioredis';
import { type App, type ConfigInput, createApp, type Logger, silentLogger } from '../../src';
import { Closing } from './closing';

const closing = new Closing();

// Also for tests that fail before they stop what they started: a client that tries to reconnect for ever would keep Jest
// from ending.
afterEach(() => closing.all());

/** An application in distributed mode, stopped after the test at the latest. */
export function appWith(redis: ConfigInput['redis'], logger: Logger = silentLogger): App {
  const app = createApp({
    config: { mode: 'distributed', redis: redis ?? {} },
    configFile: false,
    env: {},
    logger,
  });
  return closing.add(app, () => app.stop());
}

/** A client of its own, disconnected after the test at the latest. */
export function openClient(options: RedisOptions): Redis {
  return closing.add(new Redis(options), (client) => {
    // Disconnecting a client that has ended already starts a timer that nothing stops.
    if (client.status !== 'end') client.disconnect();
  });
}
