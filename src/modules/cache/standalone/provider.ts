import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';

/**
 * An engine in this process: no server, no network unless the listener is enabled.
 * @param ports to try in turn instead of `redis.standalone.listener.port`
 */
export function createStandaloneProvider(ports?: readonly number[]): BackendProvider {
  return {
    name: 'standalone',
    apiVersion: PROVIDER_API_VERSION,
    mode: 'standalone',
    async create(context) {
      // Loaded here: the engine is half of what there is to load, and the other mode has no use for it.
      const { openBackend } = require('./open-backend') as typeof import('./open-backend');
      return openBackend(context, ports);
    },
  };
}

/** The same, with the port of the configuration. */
export const standaloneProvider: BackendProvider = createStandaloneProvider();
