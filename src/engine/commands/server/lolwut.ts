import { VerbatimReply } from '../../protocol/reply';
import { FULL_VERSION } from '../../redis-version';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';

const ART_VERSIONS = new Set([5, 6]);
const WIDTH = 66;
const HEIGHT = 12;
const SHADES = ' .:-=+*#%@';

/** Two waves that meet: different every time. */
function draw(random: () => number): string {
  const [a, b, c] = [2 + random() * 6, 2 + random() * 6, random() * Math.PI];
  const rows = Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (__, x) => {
      const height = Math.sin((x / WIDTH) * a * Math.PI + c) + Math.cos((y / HEIGHT) * b * Math.PI - c);
      return SHADES[Math.min(SHADES.length - 1, Math.floor(((height + 2) / 4) * SHADES.length))] ?? ' ';
    }).join(''),
  );
  return `${rows.join('\n')}\n`;
}

export const lolwut = defineCommand({
  name: 'lolwut',
  arity: -1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '5.0.0',
  summary: 'Draws something, and answers the version.',
  complexity: 'O(1)',
  syntax: '[VERSION version]',
  run({ engine }, [option, version]) {
    const wanted = option?.toLowerCase() === 'version' && version !== undefined ? integer(version) : 0;
    const art = ART_VERSIONS.has(wanted) ? `${draw(engine.random)}\n` : '';
    return new VerbatimReply('txt', `${art}Redis ver. ${FULL_VERSION[engine.version]}\n`);
  },
});
