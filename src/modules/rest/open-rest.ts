import { Clock, type InitContext } from '../../container';
import { CacheBackend } from '../cache';
import { serve } from './http/serve';
import type { RestEndpoint } from './rest-endpoint';

/** Serves the application's backend. @throws RespiteError `REST_LISTEN_FAILED` */
export async function openRest({ config, logger, get, defer }: InitContext): Promise<RestEndpoint> {
  const { host, port, token } = config.redis.rest;
  const served = await serve({ host, port, token, backend: get(CacheBackend), clock: get(Clock), logger });
  defer(() => served.close());
  const { url } = served;
  logger.info({ event: 'rest_serving', url }, 'Redis is served over HTTP');
  return { url };
}
