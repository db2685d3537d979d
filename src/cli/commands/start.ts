import { relative } from 'node:path';
import type { App } from '../../container';
import { type ConfigOptions, loadForStart } from '../config-options';
import { guide } from '../guide';
import { type OuterName, outerModules, outerNames } from '../outer-modules';
import { table } from '../render';
import { type Ready, serve } from '../serve';

/** Options of `respite start`. */
export interface StartOptions extends ConfigOptions {
  readonly guide?: boolean;
  /** Parts to start besides the cache, separated by commas. */
  readonly with?: string;
}

/** What is said of the parts around the cache. */
interface OuterFacts {
  /** Where the MCP proxy is; null without one. */
  readonly mcpproxy: string | null;
  /** The token of the MCP proxy when this start has made it: it is shown once. */
  readonly mcpproxyToken: string | null;
  /** Where Temporal is; null when it was not asked for. */
  readonly temporal: string | null;
}

/** Starts, says where everything is, and serves until a signal. Sets the exit code. */
export function start(options: StartOptions, version: string): Promise<void> {
  const loaded = loadForStart(options);
  const outer = outerNames(options.with, loaded);
  return serve(loaded, {
    version,
    json: options.json === true,
    modules: outerModules(outer),
    announce: (facts, app) => {
      announce({ ...facts, ...outerFacts(app, outer) }, options);
    },
  });
}

function outerFacts(app: App, names: readonly OuterName[]): OuterFacts {
  const facts: { -readonly [N in keyof OuterFacts]: OuterFacts[N] } = {
    mcpproxy: null,
    mcpproxyToken: null,
    temporal: null,
  };
  if (names.includes('mcpproxy')) {
    const { McpProxy, MadeMcpToken } = require('../../modules/mcp-proxy') as typeof import('../../modules/mcp-proxy');
    facts.mcpproxy = app.get(McpProxy).url;
    facts.mcpproxyToken = app.get(MadeMcpToken) ?? null;
  }
  if (names.includes('temporal')) {
    const { TemporalConnection } = require('../../modules/temporal') as typeof import('../../modules/temporal');
    facts.temporal = app.get(TemporalConnection).address;
  }
  return facts;
}

function announce(facts: Ready & OuterFacts, options: StartOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  const { version, mode, decidedBy, source, backend, url, dataDir, snapshotInterval, metrics, health, file } = facts;
  const { mcpproxy, mcpproxyToken, temporal } = facts;
  const rows = [
    ['mode', `${mode} (${decidedBy === 'default' ? 'the default' : `${decidedBy}, from ${source}`})`],
    ['backend', backend],
    [mode === 'standalone' ? 'listener' : 'server', url ?? 'none: only this process reaches it'],
    ...(mode === 'standalone'
      ? [['data', dataDir === null ? 'in memory only' : `${dataDir}, written every ${snapshotInterval ?? ''}`]]
      : []),
    ...(metrics === null ? [] : [['metrics', `${metrics}/metrics`]]),
    ...(health === null ? [] : [['health', `${health}/healthz and ${health}/readyz`]]),
    ...(mcpproxy === null ? [] : [['mcpproxy', `${mcpproxy}/mcp`]]),
    ...(mcpproxyToken === null ? [] : [['mcp token', `${mcpproxyToken} (made now and kept; not shown again)`]]),
    ...(temporal === null ? [] : [['temporal', temporal]]),
    ['config', file === null ? 'no file' : relative(process.cwd(), file)],
  ];
  process.stdout.write(`Respite ${version} is ready.\n${table(rows, '  ')}\n`);
  if (options.guide === true && url !== null && mode === 'standalone')
    process.stdout.write(guide(url, dataDir !== null));
  process.stdout.write('Ctrl-C stops it.\n');
}
