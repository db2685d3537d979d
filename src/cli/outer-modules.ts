import type { Component, LoadedConfig } from '../config';
import type { AppModule } from '../container';
import { RespiteError } from '../errors';

/** What `respite start` runs besides the cache, and how it is loaded: by those alone who use it. */
const OUTER: Readonly<Record<Exclude<Component, 'redis'>, () => AppModule>> = {
  mcpproxy: () => (require('../modules/mcp-proxy') as typeof import('../modules/mcp-proxy')).mcpProxyModule,
  temporal: () => (require('../modules/temporal') as typeof import('../modules/temporal')).temporalModule,
};

/** The name of a part besides the cache. */
export type OuterName = keyof typeof OUTER;

const NAMES = Object.keys(OUTER) as readonly OuterName[]; // its keys are no others

/**
 * The parts that are asked for by name, separated by commas, and those of which a setting is set.
 * @throws RespiteError `INPUT_INVALID` for a name that is none
 */
export function outerNames(asked: string | undefined, { sources }: LoadedConfig): OuterName[] {
  const given = (asked ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const unknown = given.find((name) => !NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw new RespiteError('INPUT_INVALID', {
      message: `--with ${unknown}: there is no such part. Write ${NAMES.join(', ')}, or both, separated by a comma.`,
    });
  }
  const isSet = (name: string): boolean =>
    [...sources].some(([path, { kind }]) => path.startsWith(`${name}.`) && kind !== 'default' && kind !== 'preset');
  return NAMES.filter((name) => given.includes(name) || isSet(name));
}

/** Their modules. */
export function outerModules(names: readonly OuterName[]): AppModule[] {
  return names.map((name) => OUTER[name]());
}
