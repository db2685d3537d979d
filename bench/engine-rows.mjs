// The engine alone, without ioredis: microseconds per command (less is better).
import { createRequire } from 'node:module';
import { seconds } from './rows.mjs';
import { partsOf } from './targets.mjs';

const require = createRequire(import.meta.url);
const KEYS = 1000;

function measured(count, work) {
  work(count / 2);
  const started = seconds();
  work(count);
  return ((seconds() - started) * 1e6) / count;
}

/** @returns {Record<string, number>} */
export function engineFigures(scale) {
  const { Engine } = require(partsOf('dist/engine/engine.js'));
  const engine = new Engine();
  const nowhere = { send() {}, resume() {}, close() {} };
  const session = engine.connect({ remote: '', local: '', kind: 'memory' }, nowhere);
  const run = (name, ...args) => engine.execute(session, name, args);
  const each = (work) => (n) => {
    for (let i = 0; i < n; i++) work(`key:${(i * 7919) % KEYS}`, i);
  };
  const count = 300_000 * scale;
  const figures = {
    'engine: SET': measured(
      count,
      each((key) => run('SET', key, 'value')),
    ),
    'engine: GET': measured(
      count,
      each((key) => run('GET', key)),
    ),
    'engine: HSET': measured(
      count,
      each((key, i) => run('HSET', `h${key}`, `field:${i % 10}`, 'value')),
    ),
    'engine: LPUSH + RPOP': measured(
      count,
      each((key) => (run('LPUSH', `l${key}`, 'value'), run('RPOP', `l${key}`))),
    ),
  };
  engine.close();
  return figures;
}
