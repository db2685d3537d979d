import { createToken } from '../../container';

/** Where `/metrics`, `/healthz` and `/readyz` are served. */
export interface MetricsEndpoint {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
}

/** As a value, `MetricsEndpoint` is its token; `undefined` unless `metrics.enabled` is set. */
export const MetricsEndpoint = createToken<MetricsEndpoint | undefined>('MetricsEndpoint');
