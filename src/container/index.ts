export type { AppModule, Binder, HookContext, InitContext, ModuleTimeouts, ShutdownContext } from './app-module';
export { type App, createApplication } from './application';
export { Clock } from './clock';
export { ConfigToken } from './config-token';
export { type Logger, type LogMethod, LoggerToken, silentLogger } from './logger';
export { applyOverrides, override, type Override } from './override';
export { type ModuleShutdown, ShutdownError, type ShutdownReport } from './shutdown-report';
export { StartupError } from './startup-error';
export { createMultiToken, createToken, type MultiToken, type Token } from './token';
