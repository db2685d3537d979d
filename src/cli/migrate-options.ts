import type { MoveCommandOptions } from './move-options';

/** Options of `respite migrate`. */
export interface MigrateCommandOptions extends MoveCommandOptions {
  /** Where to; true: to the server of the configuration. */
  readonly to?: string | true;
  readonly from?: string | true;
  readonly replace?: boolean;
  readonly skipExisting?: boolean;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly verifyOnly?: boolean;
  readonly resume?: string;
  readonly toDb?: number;
  readonly rate?: number;
  readonly batch?: number;
  readonly live?: boolean;
  readonly cutover?: boolean;
  /** Seconds. */
  readonly cutoverTimeout?: number;
  readonly prune?: boolean;
  readonly abortCutover?: boolean;
}
