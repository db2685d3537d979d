import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EmbeddedEngine } from '../../../../src/engine';
import { Engine } from '../../../../src/engine/engine';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void; // V8's own, by the flag

/** Twice: what the first finds is given back with the second. */
function collect(): void {
  gc();
  gc();
}

function command(...words: string[]): string {
  return `*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`;
}

it('what is brought back does not keep the text it was read from in memory', () => {
  const engine = new Engine({ persistent: true });
  const source = new EmbeddedEngine(engine).snapshots;
  source.beginRestore();
  source.showRestored(undefined);
  collect();
  const before = process.memoryUsage().external;
  const passing = 'x'.repeat(2 * 1024 * 1024);
  for (let i = 0; i < 20; i++) {
    const live = command('SET', `a key that stays: ${String(i)}`, 'and its value, which is no short one');
    source.replay(Buffer.from(command('SELECT', '0') + command('SET', 'passing', passing) + live), 1);
  }
  source.finishRestore(undefined);
  collect();
  expect(process.memoryUsage().external - before).toBeLessThan(20 * 1024 * 1024);
  engine.close();
});
