import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheBackend } from '../modules/cache';

type Client = CacheBackend['client'];

/** A Lua file and its digest. */
interface ScriptText {
  readonly lua: string;
  readonly sha: string;
}

/**
 * A Lua script of a module: `<directory>/scripts/<name>.lua`, read when it is first run. It is called by its digest; a
 * server that does not know it yet, or no longer, is sent the text.
 */
export class Script {
  readonly #file: string;
  #text: ScriptText | undefined;

  /** `directory` is the module's own (`__dirname`). */
  constructor(directory: string, name: string) {
    this.#file = join(directory, 'scripts', `${name}.lua`);
  }

  /** Runs it on `keys`, which share one hash slot. */
  async run(client: Client, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const { lua, sha } = (this.#text ??= readScript(this.#file));
    try {
      return await client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  }
}

function readScript(file: string): ScriptText {
  const lua = readFileSync(file, 'utf8');
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
