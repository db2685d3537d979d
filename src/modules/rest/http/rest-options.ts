import type { Clock, Logger } from '../../../container';
import type { CacheBackend } from '../../cache';

/** What is served, and where. */
export interface RestOptions {
  readonly host: string;
  /** 0 = a free one. */
  readonly port: number;
  /** What clients must send as a bearer token. */
  readonly token: string;
  readonly backend: CacheBackend;
  readonly clock: Clock;
  readonly logger: Logger;
}
