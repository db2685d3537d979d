import type { schema } from './schema';
import type { Setting } from './setting';

/** What a schema's settings are once read: durations in milliseconds, sizes in bytes. */
export type ValuesOfSchema<S> = {
  readonly [N in keyof S]: S[N] extends Setting<infer T, unknown> ? T : ValuesOfSchema<S[N]>;
};

/** A schema's settings as someone writes them: any of them, sizes as text or bytes, durations as text with a unit, or 0. */
export type InputOfSchema<S> = {
  readonly [N in keyof S]?: S[N] extends Setting<unknown, infer Input> ? Input : InputOfSchema<S[N]>;
};

/** The sections of plugins, by the plugin's name; each as its `configSchema` says. */
interface PluginSections {
  readonly plugins: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * All settings, complete and checked, under the names they have in `respite.yaml`. Durations are milliseconds, sizes
 * are bytes. Frozen.
 */
export type Config = ValuesOfSchema<typeof schema> & PluginSections;

/** Settings as in `respite.yaml`: `{ mode: 'standalone', redis: { standalone: { max_memory: '64mb' } } }`. */
export type ConfigInput = InputOfSchema<typeof schema> & Partial<PluginSections>;

/** The two places Redis can be. */
export type Mode = 'standalone' | 'distributed';
