import { type AppModule, Clock } from '../../container';
import { CacheBackend } from '../cache';
import { RestEndpoint } from './rest-endpoint';

/** Serves the commands of Redis over HTTP when `redis.rest.enabled` says so, in both modes. */
export const restModule: AppModule = {
  name: 'rest',
  provides: [RestEndpoint],
  requires: [CacheBackend, Clock],
  async onInit(context) {
    if (!context.config.redis.rest.enabled) {
      context.provide(RestEndpoint, undefined);
      return;
    }
    // Loaded here: who serves nothing needs no HTTP.
    const { openRest } = require('./open-rest') as typeof import('./open-rest');
    context.provide(RestEndpoint, await openRest(context));
  },
};
