import type { schema } from './schema';
import type { Setting } from './setting';

/** What a schema's settings are once read: durations in milliseconds, sizes in bytes. */
export type ValuesOfSchema<S> = {
  readonly [N in keyof S]: S[N] extends Setting<infer T> ? T : ValuesOfSchema<S[N]>;
};

/** A schema's settings as someone writes them: any of them, durations and sizes as text. */
export type InputOfSchema<S> = {
  readonly [N in keyof S]?: S[N] extends Setting<infer T>
    ? T extends number
      ? number | string
      : T
    : InputOfSchema<S[N]>;
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
