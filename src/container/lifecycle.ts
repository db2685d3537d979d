import { asError, RespiteError } from '../errors';
import type { AppModule, HookContext } from './app-module';
import { withDeadline } from './deadline';
import type { ModuleShutdown, ShutdownReport } from './shutdown-report';
import { StartupError } from './startup-error';
import type { Token } from './token';

type Cleanup = () => Promise<void> | void;

/** A module that was started, or tried to be, and what it acquired. */
interface StartedModule {
  module: AppModule;
  readonly cleanups: Cleanup[];
  /** Its cleanups have been called: what it acquires from now on, nobody else would give back. */
  cleaned: boolean;
}

/** What the lifecycle needs from its application. */
export interface LifecycleHost extends Pick<HookContext, 'config' | 'logger' | 'get'> {
  readonly provide: <T>(token: Token<T>, value: T) => void;
}

/** Starts modules one after the other and stops them in reverse; each at most once. */
export class Lifecycle {
  readonly #modules: readonly AppModule[];
  readonly #host: LifecycleHost;
  readonly #starting = new AbortController();
  #started: StartedModule[] = [];

  /** `modules` in the order they start. */
  constructor(modules: readonly AppModule[], host: LifecycleHost) {
    this.#modules = modules;
    this.#host = host;
  }

  /** @throws StartupError after stopping what had been started. */
  async start(rollbackMs: number): Promise<void> {
    for (const module of this.#modules) {
      const failure = await this.#init(module);
      if (failure === undefined) continue;
      const report = await this.stop(rollbackMs);
      for (const { errors } of report.modules) {
        for (const error of errors) this.#host.logger.error({ event: 'rollback_failed', err: error }, error.message);
      }
      throw new StartupError(module.name, failure);
    }
  }

  /** Makes a start under way fail at its next opportunity. */
  abortStart(): void {
    this.#starting.abort();
  }

  /**
   * Attempts every hook, and after it its module's cleanups, within `totalMs`, whatever the others do. Cleanups wait for
   * their hook for as long as it takes: they would pull away what it works with.
   */
  async stop(totalMs: number): Promise<ShutdownReport> {
    const begin = performance.now();
    const modules: ModuleShutdown[] = [];
    const pending = this.#started;
    this.#started = [];
    for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
      const reserved = pending.reduce((sum, { module }) => sum + (module.timeouts?.shutdown ?? 0), 0);
      const left = totalMs - (performance.now() - begin) - reserved;
      modules.push(await this.#shutdown(entry, Math.max(left, entry.module.timeouts?.shutdown ?? 0)));
    }
    return { durationMs: Math.round(performance.now() - begin), modules };
  }

  async #init(module: AppModule): Promise<Error | undefined> {
    if (this.#aborted()) return startAborted();
    const entry: StartedModule = { module, cleanups: [], cleaned: false };
    const limit = module.timeouts?.init ?? Infinity;
    const outcome = await withDeadline(
      limit,
      (signal) =>
        module.onInit?.({
          ...this.#context(module, signal),
          defer: (cleanup) => {
            this.#defer(entry, cleanup);
          },
          provide: (token, value) => {
            this.#provide(module, token, value);
          },
        }),
      this.#starting.signal,
    );
    if (outcome.status === 'done') {
      this.#started.push(entry);
      return this.#aborted() ? startAborted() : undefined;
    }
    // Its onShutdown belongs to a start that succeeded; what it acquired is given back all the same.
    entry.module = withoutShutdown(module);
    this.#started.push(entry);
    return outcome.status === 'failed' ? outcome.error : startTimedOut(limit);
  }

  #defer(entry: StartedModule, cleanup: Cleanup): void {
    if (!entry.cleaned) {
      entry.cleanups.push(cleanup);
      return;
    }
    void attempt(cleanup).then((error) => {
      if (error !== undefined) this.#host.logger.error({ event: 'rollback_failed', err: error }, error.message);
    });
  }

  async #shutdown(entry: StartedModule, limitMs: number): Promise<ModuleShutdown> {
    const { module, cleanups } = entry;
    const begin = performance.now();
    const errors: Error[] = [];
    const outcome = await withDeadline(limitMs, async (signal) => {
      let step: Cleanup | undefined = () => module.onShutdown?.(this.#context(module, signal));
      for (; step !== undefined; step = cleanups.pop()) {
        const error = await attempt(step);
        if (error !== undefined) errors.push(error);
      }
      entry.cleaned = true;
    });
    const durationMs = Math.round(performance.now() - begin);
    const status = outcome.status === 'timed-out' ? 'timed-out' : errors.length > 0 ? 'failed' : 'stopped';
    return { module: module.name, status, durationMs, errors };
  }

  #aborted(): boolean {
    return this.#starting.signal.aborted;
  }

  #context(module: AppModule, signal: AbortSignal): HookContext {
    const { config, logger } = this.#host;
    return { config, logger, signal, get: (token) => this.#host.get(tokenOf(module, token)) };
  }

  #provide<T>(module: AppModule, token: Token<T>, value: T): void {
    if (!module.provides.some(({ id }) => id === token.id)) throw undeclared(module, token, 'provides');
    this.#host.provide(token, value);
  }
}

/** What a hook or cleanup threw. */
async function attempt(step: Cleanup): Promise<Error | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

function tokenOf<T>(module: AppModule, token: Token<T>): Token<T> {
  const declared = [...module.requires, ...module.provides].some(({ id }) => id === token.id);
  if (!declared) throw undeclared(module, token, 'requires');
  return token;
}

function withoutShutdown(module: AppModule): AppModule {
  const { name, provides, requires } = module;
  return { name, provides, requires };
}

function undeclared(module: AppModule, token: Token<unknown>, list: 'provides' | 'requires'): RespiteError {
  return new RespiteError('TOKEN_NOT_DECLARED', {
    message: `Module "${module.name}" uses ${token.name} without declaring it. Add it to the module's "${list}".`,
  });
}

function startAborted(): RespiteError {
  return new RespiteError('START_ABORTED', { message: 'The application was stopped while it was starting.' });
}

function startTimedOut(limitMs: number): RespiteError {
  return new RespiteError('START_TIMED_OUT', { message: `Not ready after ${String(limitMs)} ms.` });
}
