import { type App, silentLogger } from '../container';
import { createApp, type CreateAppOptions } from '../create-app';

/** Like `CreateAppOptions`; only what is given here counts. */
export type CreateTestAppOptions = Omit<CreateAppOptions, 'configFile' | 'env' | 'argv'>;

/**
 * An application for one test: standalone unless told otherwise, nothing on disk, no listener, silent. It reads neither
 * a file nor the environment, and shares nothing with any other application.
 *
 * ```ts
 * const app = await createTestApp({ modules: [mine], overrides: [override(Clock, frozen)] }).start();
 * await app.stop();
 * ```
 */
export function createTestApp({ config, logger, ...rest }: CreateTestAppOptions = {}): App {
  return createApp({
    ...rest,
    config: { mode: 'standalone', ...config },
    logger: logger ?? silentLogger,
    configFile: false,
    env: {},
  });
}
