import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../redis-server';
import { type ScriptedModel, startScriptedModel } from './scripted-model';
import { type Host, startHost } from './host';

/** Definitions for tests, by kind and name, beside those of the example. */
export type Definitions = Readonly<Record<`${'agents' | 'tools' | 'workflows'}/${string}`, string>>;

const ODD_TOOLS = 'name: odd\ntransport: stdio\ncommand: node\nargs: [tools/odd.mjs]\ntimeout: 20s\n';

/** A folder the host runs in, as its README says, with a model of our own. Nothing but `env` says where Redis is. */
export class HostPlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'agent-host-'));
  readonly #hosts: Host[] = [];

  private constructor(
    readonly model: ScriptedModel,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  static async make(env: NodeJS.ProcessEnv = {}, definitions: Definitions = {}): Promise<HostPlace> {
    const place = new HostPlace(await startScriptedModel(), env);
    const installed = installedHost();
    for (const name of ['config', 'tools', 'host.yaml', 'respite.yaml', 'package.json'])
      cpSync(join(installed, name), join(place.folder, name), { recursive: true });
    for (const name of ['node_modules', 'dist']) symlinkSync(join(installed, name), join(place.folder, name));
    cpSync(join(__dirname, 'odd-tools.mjs'), join(place.folder, 'tools/odd.mjs'));
    place.define({ 'tools/odd': ODD_TOOLS, ...definitions });
    return place;
  }

  /** Writes files of definitions, which the next start reads. */
  define(definitions: Definitions): void {
    for (const [name, yaml] of Object.entries(definitions)) writeFileSync(this.path(`config/${name}.yaml`), yaml);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The lines of a file tools leave marks in. */
  marks(name: string): string[] {
    return readFileSync(this.path(name), 'utf8').split('\n').filter(Boolean);
  }

  /** @param env what is otherwise than in the other starts */
  async start(env: NodeJS.ProcessEnv = {}): Promise<Host> {
    const settings = {
      HOST_LISTEN_PORT: String(await freePort()),
      HOST_MODEL_URL: this.model.url,
      HOST_RUNS_TAKEOVER: '2s',
      RESPITE_MCPPROXY_PORT: '0',
    };
    const host = await startHost(this.folder, { ...settings, ...this.env, ...env });
    this.#hosts.push(host);
    return host;
  }

  async remove(): Promise<void> {
    for (const host of this.#hosts) await host.kill();
    await this.model.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where the project's global setup has installed it. */
export function installedHost(): string {
  const { AGENT_HOST: folder } = process.env;
  if (folder === undefined) throw new Error('run the tests of the host with --selectProjects hosts');
  return folder;
}
