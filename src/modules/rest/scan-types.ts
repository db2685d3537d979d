import type { CommandLine } from './command-line';

/** SCAN with the type of each key after it. A refusal is the one that SCAN itself gives. */
const SCRIPT = `local page = redis.pcall('SCAN', unpack(ARGV))
if page.err then return page end
local typed = {}
for _, key in ipairs(page[2]) do
  typed[#typed + 1] = key
  typed[#typed + 1] = redis.call('TYPE', key).ok
end
return {page[1], typed}`;

/**
 * `SCAN ... WITHTYPE`, which Redis does not know, as a script that does the same.
 * @returns nothing when it is another command
 */
export function typedScan([name, cursor, ...options]: CommandLine): CommandLine | undefined {
  if (name.toUpperCase() !== 'SCAN' || cursor === undefined) return undefined;
  const at = indexOfWord(options);
  return at === -1 ? undefined : ['EVAL', SCRIPT, '0', cursor, ...options.toSpliced(at, 1)];
}

/** Where the option stands; all others have a value, which may be the same word. */
function indexOfWord(options: readonly (string | Buffer)[]): number {
  for (let i = 0; i < options.length; i += 2) if (String(options[i]).toUpperCase() === 'WITHTYPE') return i;
  return -1;
}
