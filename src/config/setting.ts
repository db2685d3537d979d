import type { Format } from './format';

/** One setting: what it is for, how it is written, what it is when nobody sets it. */
export interface Setting<T, Input = T> {
  readonly kind: 'setting';
  /** One sentence, in the words of a user. */
  readonly doc: string;
  readonly format: Format<T, Input>;
  readonly default: T;
  /** Never shown: not in output, logs, errors or metrics. */
  readonly sensitive?: boolean;
}

/** Settings by name, in groups. Also what a plugin's `configSchema` is. */
export interface SettingsSchema {
  readonly [name: string]: Setting<unknown> | SettingsSchema;
}

/** A setting and where it is in the file: `redis.standalone.databases`. */
export interface SettingAt {
  readonly path: string;
  readonly setting: Setting<unknown>;
}

/** Defines one setting of a schema; its type follows from the format. */
export function setting<T, Input = T>(
  definition: Omit<Setting<T, Input>, 'kind' | 'default'> & { readonly default: NoInfer<T> },
): Setting<T, Input> {
  return { kind: 'setting', ...definition };
}

/** Whether a node of a schema is a setting, not a group. */
export function isSetting(node: Setting<unknown> | SettingsSchema): node is Setting<unknown> {
  return node.kind === 'setting'; // a group's member of that name would be an object
}

/** All settings of a schema, in the order they were written. */
export function listSettings(schema: SettingsSchema, prefix = ''): SettingAt[] {
  return Object.entries(schema).flatMap(([name, node]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return isSetting(node) ? [{ path, setting: node }] : listSettings(node, path);
  });
}

/** The value of a setting in a tree of values that was made of its schema. */
export function valueAt(tree: unknown, path: string): unknown {
  return path.split('.').reduce((node, name) => (node as Record<string, unknown>)[name], tree); // groups, down to the last
}

/** The environment variable of a setting: `redis.addr` is RESPITE_REDIS_ADDR. */
export function variableOf(path: string): string {
  return `RESPITE_${path.replaceAll(/[.-]/g, '_').toUpperCase()}`;
}
