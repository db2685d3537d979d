import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheBackend } from '../../cache';

type Client = CacheBackend['client'];

/** The text of a script, where the build has put it. */
interface ScriptSource {
  readonly lua: string;
}

/** A Lua file and its digest. */
interface ScriptText extends ScriptSource {
  readonly sha: string;
}

/**
 * A Lua script of a module: `<directory>/scripts/<name>.lua`, read when it is first run. A client sends its text until
 * that has succeeded once, then its digest; so calls keep their order. A server that has lost it is sent the text again.
 */
export class Script {
  readonly #source: string | ScriptSource;
  readonly #short: boolean;
  readonly #knownTo = new WeakSet<Client>();
  #text: ScriptText | undefined;

  /**
   * `place` is the module's own directory, written as `__dirname`: the build puts the text itself there. The text of a
   * `short` one is always sent: that takes no longer, and calls keep their order on every node of a Cluster.
   */
  constructor(place: string | ScriptSource, name: string, { short = false }: { readonly short?: boolean } = {}) {
    this.#source = typeof place === 'string' ? join(place, 'scripts', `${name}.lua`) : place;
    this.#short = short;
  }

  /** Runs it on `keys`, which share one hash slot. */
  async run(client: Client, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const { lua, sha } = (this.#text ??= withDigest(this.#source));
    if (!this.#knownTo.has(client)) {
      const reply = await client.eval(lua, keys.length, ...keys, ...args);
      if (!this.#short) this.#knownTo.add(client);
      return reply;
    }
    try {
      return await client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  }
}

function withDigest(source: string | ScriptSource): ScriptText {
  const lua = typeof source === 'string' ? readFileSync(source, 'utf8') : source.lua;
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
