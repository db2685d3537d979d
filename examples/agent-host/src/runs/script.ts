import { createHash } from 'node:crypto';
import type { CacheBackend } from 'respite';

/** A script Redis keeps: its text is sent when Redis does not have it yet, afterwards its digest is enough. */
export class Script {
  private readonly digest: string;

  constructor(private readonly text: string) {
    this.digest = createHash('sha1').update(text).digest('hex');
  }

  async run({ client }: CacheBackend, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await client.evalsha(this.digest, keys.length, ...keys, ...args);
    } catch (failure) {
      if (!(failure instanceof Error && failure.message.startsWith('NOSCRIPT'))) throw failure;
      return client.eval(this.text, keys.length, ...keys, ...args);
    }
  }
}
