import fc from 'fast-check';
import type { WireReply } from '../../support/resp-client';
import { programs } from './program';
import { TwoServers } from './two-servers';

export interface LuaFuzzReport {
  readonly seed: number;
  readonly programs: number;
  /** How often each kind of error came, variable parts cut off: shows what the programs reach. */
  readonly errors: Readonly<Record<string, number>>;
}

/** How many programs go in one round, between two fresh starts of the real server's Lua. */
const ROUND = 500;

/** Addresses of tables and functions differ by nature, and so does the sign of a NaN that went through arithmetic. */
const ADDRESS = /0x[0-9a-f]+/g;
const NAN = /-nan/g;

/**
 * Runs random Lua programs on the real server and on ours and compares what they return, byte for byte.
 * @throws the shrunk program whose results differ, with its seed
 */
export async function fuzzLua({
  seed,
  size,
}: {
  readonly seed: number;
  readonly size: number;
}): Promise<LuaFuzzReport> {
  const errors: Record<string, number> = {};
  await TwoServers.with(async (servers) => {
    for (let done = 0; done < size; done += ROUND) {
      await servers.reset();
      const property = fc.asyncProperty(programs(), async (source) => {
        await servers.ask('FLUSHALL');
        const replies = await servers.ask('EVAL', source, '0');
        const [expected, actual] = [text(replies[0]), text(replies[1])];
        if (expected !== actual) throw new Error(difference(source, expected, actual));
        countErrors(expected, errors);
      });
      const details = await fc.check(property, { seed: seed + done, numRuns: Math.min(ROUND, size - done) });
      if (details.failed) throw new Error(`seed ${String(seed + done)}: ${String(details.errorInstance)}`);
    }
  });
  return { seed, programs: size, errors };
}

function text(reply: WireReply | undefined): string {
  if (reply === undefined) return 'connection closed';
  const lines = Array.isArray(reply.value) ? (reply.value as readonly WireReply[]).map(textOf) : [textOf(reply)];
  return lines.join('\n').replace(ADDRESS, '0x').replace(NAN, 'nan');
}

/** The content of a reply that is no array. */
const textOf = ({ value }: WireReply): string => (typeof value === 'string' ? value : JSON.stringify(value));

function difference(source: string, expected: string, actual: string): string {
  const left = expected.split('\n');
  const right = actual.split('\n');
  const at = left.findIndex((line, i) => line !== right[i]);
  const statements = source.split('\n').filter((line) => line.startsWith('run(') || line.includes('record(a, b'));
  return `${statements.join('\n')}\n  result ${String(at + 1)}\n  redis:   ${left[at] ?? expected}\n  respite: ${right[at] ?? actual}`;
}

function countErrors(result: string, errors: Record<string, number>): void {
  for (const [, message = ''] of result.matchAll(/^false, "(?:user_script:\d+: )?(.*)"/gm)) {
    const kind = message.replace(/'[^']*'|\d+/g, '_').slice(0, 60);
    errors[kind] = (errors[kind] ?? 0) + 1;
  }
}
