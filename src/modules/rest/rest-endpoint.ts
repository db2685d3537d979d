import { createToken } from '../../container';

/** Where Redis is served over HTTP, as clients of Upstash's REST API speak. */
export interface RestEndpoint {
  /** `http://127.0.0.1:8079` */
  readonly url: string;
}

/** As a value, `RestEndpoint` is its token; `undefined` unless `redis.rest.enabled` is set. */
export const RestEndpoint = createToken<RestEndpoint | undefined>('RestEndpoint');
