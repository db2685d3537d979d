import type { SeededRandom } from '../../../support/seeded-random';
import { number, value } from './lua-values';

const FUNCTIONS = [
  'tobit',
  'tohex',
  'bnot',
  'bswap',
  'band',
  'bor',
  'bxor',
  'lshift',
  'rshift',
  'arshift',
  'rol',
  'ror',
] as const;

/** Statements that use `bit`. */
export function bitCase(random: SeededRandom): string {
  const count = random.below(8) === 0 ? random.below(5) : 2;
  const args = Array.from({ length: count }, (_, i) => {
    if (random.below(12) === 0) return value(random, 0);
    return i === 1 && random.below(2) === 0 ? String(random.below(80) - 40) : number(random);
  });
  const call = `bit.${random.pick(FUNCTIONS)}(${args.join(', ')})`;
  return random.below(3) === 0 ? `local r = {${call}} return unpack(r)` : `return ${call}`;
}
