import { resolveMode } from '../../config';
import { type AppModule, Clock, ReportsToken } from '../../container';
import { TemporalConnection } from './temporal-connection';

/** Milliseconds of a stop that are kept for a program that has to be ended by force. */
const SHUTDOWN_MS = 6000;

/**
 * Provides `TemporalConnection`: a temporal program that runs beside this process when `temporal.mode` (or `mode`) is
 * standalone, else the server at `temporal.host_port`. Needs the package `@temporalio/client`.
 */
export const temporalModule: AppModule = {
  name: 'temporal',
  provides: [TemporalConnection],
  requires: [Clock, ReportsToken],
  timeouts: { shutdown: SHUTDOWN_MS },
  async onInit(context) {
    const { mode } = resolveMode('temporal', context.config);
    const { openRemote, openSupervised } = require('./open-temporal') as typeof import('./open-temporal');
    context.provide(TemporalConnection, await (mode === 'standalone' ? openSupervised(context) : openRemote(context)));
  },
};
