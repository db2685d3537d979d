import type { Config } from '../config';
import { RespiteError } from '../errors';
import type { AppModule } from './app-module';
import { Clock, systemClock } from './clock';
import { ConfigToken } from './config-token';
import { withDeadline } from './deadline';
import { Lifecycle } from './lifecycle';
import { type Logger, LoggerToken } from './logger';
import { orderModules } from './order-modules';
import { Reports, ReportsToken } from './reports';
import { ShutdownError, type ShutdownReport } from './shutdown-report';
import type { Token } from './token';
import { Values } from './values';

/** The time a stop has, in milliseconds, unless told otherwise; it fits into the 30 s most supervisors grant. */
export const DEFAULT_STOP_TIMEOUT_MS = 25_000;

/** An application: its modules wired up, to be started once and stopped once. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly logger: Logger;
  /**
   * Starts the modules one after the other. Calling it again answers the same promise.
   * @throws StartupError when a module fails; those started before it have been stopped again.
   * @throws RespiteError `APP_STOPPED` after `stop`
   */
  start(): Promise<App>;
  /**
   * What a module provides. The application must be running.
   * @throws RespiteError `APP_NOT_RUNNING`, `TOKEN_NOT_AVAILABLE`
   */
  get<T>(token: Token<T>): T;
  /**
   * Stops the modules in reverse order, every one of them, within `timeoutMs` (default 25,000). Calling it again
   * answers the same promise. A start under way is aborted first.
   * @throws ShutdownError when something failed or took too long; its `report` says what.
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<ShutdownReport>;
}

/** What an application is made of. */
export interface ApplicationParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly modules: readonly AppModule[];
}

/** @throws RespiteError when the modules do not fit together; see `orderModules`. */
export function createApplication(parts: ApplicationParts): App {
  return new Application(parts);
}

class Application implements App {
  readonly config: Config;
  readonly logger: Logger;
  readonly #values = new Values();
  readonly #lifecycle: Lifecycle;
  #starting: Promise<App> | undefined;
  #stopping: Promise<ShutdownReport> | undefined;
  #running = false;

  constructor({ config, logger, modules }: ApplicationParts) {
    this.config = config;
    this.logger = logger;
    const ordered = orderModules(modules, [ConfigToken, LoggerToken, Clock, ReportsToken]);
    this.#values.bindValue(ConfigToken, config);
    this.#values.bindValue(LoggerToken, logger);
    this.#values.bindValue(ReportsToken, new Reports());
    const ownClock = ordered.some(({ provides }) => provides.some(({ id }) => id === Clock.id));
    if (!ownClock) this.#values.bindValue(Clock, systemClock);
    for (const module of ordered) module.bind?.(this.#values);
    this.#lifecycle = new Lifecycle(ordered, {
      config,
      logger,
      get: (token) => this.#values.get(token),
      provide: (token, value) => {
        this.#values.bindValue(token, value);
      },
    });
  }

  start(): Promise<App> {
    if (this.#stopping !== undefined) return Promise.reject(stopped());
    this.#starting ??= this.#start();
    return this.#starting;
  }

  get<T>(token: Token<T>): T {
    if (!this.#running) throw notRunning(token);
    return this.#values.get(token);
  }

  stop({ timeoutMs = DEFAULT_STOP_TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<ShutdownReport> {
    this.#stopping ??= this.#stop(timeoutMs);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<App> {
    const begin = performance.now();
    await this.#lifecycle.start(DEFAULT_STOP_TIMEOUT_MS);
    this.#running = true;
    const durationMs = Math.round(performance.now() - begin);
    this.logger.debug({ event: 'started', durationMs }, 'started');
    return this;
  }

  async #stop(timeoutMs: number): Promise<ShutdownReport> {
    this.#lifecycle.abortStart();
    const begin = performance.now();
    // A start that fails reports to whoever called it; here only its end matters.
    await withDeadline(timeoutMs, async () => void (await this.#starting));
    const report = await this.#lifecycle.stop(timeoutMs - (performance.now() - begin));
    this.#running = false;
    const failed = report.modules.filter(({ status }) => status !== 'stopped');
    if (failed.length > 0) {
      const error = new ShutdownError(report);
      const modules = failed.map(({ module, status }) => `${module} ${status}`);
      this.logger.error({ event: 'shutdown_incomplete', modules, durationMs: report.durationMs }, error.message);
      throw error;
    }
    this.logger.debug({ event: 'stopped', durationMs: report.durationMs }, 'stopped');
    return report;
  }
}

function stopped(): RespiteError {
  return new RespiteError('APP_STOPPED', {
    message: 'This application was stopped and cannot start again. Create a new one with createApp().',
  });
}

function notRunning(token: Token<unknown>): RespiteError {
  return new RespiteError('APP_NOT_RUNNING', {
    message: `${token.name} is available while the application runs: after "await app.start()" and before "app.stop()".`,
  });
}
