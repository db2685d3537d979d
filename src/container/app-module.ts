import type { Config } from '../config';
import type { Logger } from './logger';
import type { MultiToken, Token, ValuesOf } from './token';

/**
 * A unit of wiring and lifecycle. Modules start one after the other, each after those that provide what it requires,
 * and stop in the reverse order.
 */
export interface AppModule {
  /** Unique in an application; error messages and reports name it. */
  readonly name: string;
  readonly provides: readonly Token<unknown>[];
  readonly requires: readonly Token<unknown>[];
  /** Says how its tokens are made. No I/O here: what needs it is made in `onInit` and handed to `provide`. */
  bind?(binder: Binder): void;
  /** Acquires what the module needs. When it throws, everything acquired so far is given back and the start fails. */
  onInit?(context: InitContext): Promise<void> | void;
  /** Finishes what is under way. Cleanups registered with `defer` run after it. */
  onShutdown?(context: ShutdownContext): Promise<void> | void;
  readonly timeouts?: ModuleTimeouts;
}

/** Limits for a module's hooks, in milliseconds. */
export interface ModuleTimeouts {
  /** For `onInit`; default none. */
  readonly init?: number;
  /** Reserved for `onShutdown` out of the time the whole stop has; default none: a share of what is left. */
  readonly shutdown?: number;
}

/** Tells the container how a module's tokens are made. Every value is made once per application, on first use. */
export interface Binder {
  bind<T, const D extends readonly Token<unknown>[]>(
    token: Token<T>,
    dependencies: D,
    factory: (...values: ValuesOf<D>) => T,
  ): void;
  bindValue<T>(token: Token<T>, value: T): void;
  /** Adds one value to a token that takes several. */
  add<T>(token: MultiToken<T>, value: T): void;
}

/** What a module's hooks have in common. */
export interface HookContext {
  readonly config: Config;
  readonly logger: Logger;
  /** `onInit`: aborted when the application is stopped meanwhile. `onShutdown`: aborted when its time is over. */
  readonly signal: AbortSignal;
  /** The value of a token the module provides or requires. */
  readonly get: <T>(token: Token<T>) => T;
}

/** What `onInit` works with. */
export interface InitContext extends HookContext {
  /** Registers a cleanup, right where something is acquired; cleanups run in reverse order. */
  readonly defer: (cleanup: () => Promise<void> | void) => void;
  /** Hands over the value of one of the module's own tokens that could not be made without I/O. */
  readonly provide: <T>(token: Token<T>, value: T) => void;
}

/** What `onShutdown` works with. */
export type ShutdownContext = HookContext;
