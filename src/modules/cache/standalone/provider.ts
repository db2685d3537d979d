import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';

/** An engine in this process: no server, no network unless the listener is enabled. */
export const standaloneProvider: BackendProvider = {
  name: 'standalone',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'standalone',
  async create(context) {
    // Loaded here: the engine is half of what there is to load, and the other mode has no use for it.
    const { openBackend } = require('./open-backend') as typeof import('./open-backend');
    return openBackend(context);
  },
};
