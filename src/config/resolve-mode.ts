import type { Config, Mode } from './config';

/** A part of the system that has a mode of its own. */
export type Component = 'redis' | 'temporal' | 'mcpproxy';

/** Temporal calls what is not in this process "remote". */
export type ComponentMode<C extends Component> = C extends 'temporal' ? 'standalone' | 'remote' : Mode;

/** A component's effective mode and the setting that decided it. */
export interface ResolvedMode<M> {
  readonly mode: M;
  /** The path of the setting, or `default` when none is set. */
  readonly decidedBy: string;
}

/** Component mode, else global mode, else distributed. */
export function resolveMode<C extends Component>(component: C, config: Config): ResolvedMode<ComponentMode<C>> {
  const own = config[component].mode;
  const decidedBy = own !== '' ? `${component}.mode` : config.mode !== '' ? 'mode' : 'default';
  const chosen = own || config.mode || 'distributed';
  const mode = component === 'temporal' && chosen === 'distributed' ? 'remote' : chosen;
  return { mode: mode as ComponentMode<C>, decidedBy }; // the line above is what ComponentMode says
}
