import type { Connection } from '@temporalio/client';
import { createToken } from '../../container';

/**
 * A Temporal server: a program that runs beside this process (temporal.mode standalone), or one elsewhere (remote).
 *
 * As a value, `TemporalConnection` is the token: `app.get(TemporalConnection)`, with
 * `createApp({ modules: [temporalModule] })`.
 */
export interface TemporalConnection {
  /** `localhost:7233` */
  readonly address: string;
  readonly namespace: string;
  /**
   * Opens a connection of `@temporalio/client`: `new Client({ connection: await temporal.connect(), namespace })`. It may be
   * closed early; at the latest it is when the application stops.
   * @throws RespiteError `TEMPORAL_UNREACHABLE`
   */
  connect(): Promise<Connection>;
}

export const TemporalConnection = createToken<TemporalConnection>('TemporalConnection');
