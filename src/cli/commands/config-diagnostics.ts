import {
  type Component,
  describeServer,
  type LoadedConfig,
  printDuration,
  printSize,
  resolveMode,
  unusedSettings,
} from '../../config';
import { type ConfigOptions, loadForCommand } from '../config-options';
import { json, show, table } from '../render';
import { shownSettings } from '../settings-list';
import { outerNames } from '../outer-modules';
import { unusedLines } from '../unused-lines';

const COMPONENTS: readonly Component[] = ['redis', 'temporal', 'mcpproxy'];

/** What one mode of Redis means with the settings at hand. */
interface Consequences {
  readonly standalone: readonly string[];
  readonly distributed: readonly string[];
}

/** Which mode each part runs in, who decided it, what was set, and what would differ in the other mode. */
export function configDiagnostics(options: ConfigOptions): string {
  const loaded = loadForCommand(options);
  const modes = COMPONENTS.map((component) => ({
    component,
    available: true,
    ...explainMode(component, loaded),
    starts: component === 'redis' || outerNames(undefined, loaded).includes(component),
  }));
  const warnings = unusedSettings(loaded);
  const set = shownSettings(loaded).filter(({ source }) => source.kind !== 'default');
  const consequences = consequencesOf(loaded);
  const current = resolveMode('redis', loaded.config).mode;
  const other = current === 'standalone' ? 'distributed' : 'standalone';
  if (options.json === true) return json({ file: loaded.file ?? null, modes, set, warnings, current, consequences });
  return [
    'Modes (component > global > distributed)',
    table(
      modes.map((each) => [
        each.component,
        each.mode,
        `${reason(each.decidedBy, each.source)}${each.starts ? '' : `; starts with --with ${each.component}, or when it is configured`}`,
      ]),
      '  ',
    ),
    '',
    set.length === 0 ? 'Nothing is set: every setting has its default.' : 'Settings that are set',
    ...(set.length === 0
      ? []
      : [
          table(
            set.map(({ path, value, source }) => [path, show(value), source.label]),
            '  ',
          ),
        ]),
    ...(warnings.length === 0 ? [] : ['', 'Settings that have no effect', ...unusedLines(warnings, '  ')]),
    '',
    `Redis now, in ${current} mode`,
    ...consequences[current].map((line) => `  ${line}`),
    '',
    `With redis.mode=${other} instead`,
    ...consequences[other].map((line) => `  ${line}`),
  ].join('\n');
}

function reason(decidedBy: string, source: string): string {
  return decidedBy === 'default' ? 'neither its own mode nor the global one is set' : `${decidedBy}, from ${source}`;
}

/** A component's mode, the setting that decided it and where that was set. */
export function explainMode(
  component: Component,
  { config, sources }: LoadedConfig,
): { readonly mode: string; readonly decidedBy: string; readonly source: string } {
  const { mode, decidedBy } = resolveMode(component, config);
  return { mode, decidedBy, source: sources.get(decidedBy)?.label ?? 'default' };
}

function consequencesOf({ config: { redis } }: LoadedConfig): Consequences {
  const { standalone, tls } = redis;
  const { listener, persistence } = standalone;
  const limit = standalone.max_memory === 0 ? "derived from V8's heap limit" : String(printSize(standalone.max_memory));
  const timeout = redis.command_timeout === 0 ? 'none' : String(printDuration(redis.command_timeout));
  return {
    standalone: [
      `the data is in this process; memory limit ${limit}, policy ${standalone.max_memory_policy}`,
      persistence.enabled
        ? `it is kept in ${persistence.data_dir}, written every ${String(printDuration(persistence.snapshot_interval))}`
        : 'it is gone when the process ends; redis.standalone.persistence.enabled keeps it, and respite start does',
      listener.enabled
        ? `other clients reach it at ${listener.path || `${listener.host}:${listener.port === 0 ? '(a free port)' : String(listener.port)}`}`
        : 'no other process reaches it; redis.standalone.listener.enabled lets them, and respite start does',
      'the settings of a server are not used: redis.url, addr, sentinels, cluster_nodes, tls',
    ],
    distributed: [
      `the data is in ${describeServer(redis)}${tls.enabled ? ', over TLS' : ''}`,
      `connecting may take ${String(printDuration(redis.connect_timeout))}; command timeout: ${timeout}`,
      'the start fails when the server cannot be reached',
      'redis.standalone is not used',
    ],
  };
}
