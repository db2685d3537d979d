export type { AppModule, Binder, HookContext, InitContext, ModuleTimeouts, ShutdownContext } from './app-module';
export { type App, createApplication } from './application';
export { Clock, systemClock } from './clock';
export { ConfigToken } from './config-token';
export { type Logger, type LogMethod, LoggerToken, silentLogger } from './logger';
export { applyOverrides, override, type Override } from './override';
export {
  type Metric,
  type ModuleHealth,
  type Report,
  type Reports,
  ReportsToken,
  type Sample,
  worstOf,
} from './reports';
export { type ModuleShutdown, ShutdownError, type ShutdownReport } from './shutdown-report';
export { StartupError } from './startup-error';
export { createMultiToken, createToken, type MultiToken, type Token } from './token';
export { every, pause } from './wait';
