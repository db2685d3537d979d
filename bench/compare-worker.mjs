// Every row of one build (or those with a word in their name), once, in its own process: prints a line of JSON.
import { engineFigures } from './engine-rows.mjs';
import { ROWS } from './rows.mjs';
import { TARGETS } from './targets.mjs';

const scale = Number(process.argv[2] ?? '1');
const opened = await TARGETS.respite();
const word = process.argv[3] ?? '';
const figures = word === '' || word.startsWith('engine') ? engineFigures(scale) : {};
for (const [row, { run }] of Object.entries(ROWS)) if (row.includes(word)) figures[row] = await run(opened, scale);
await opened.close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
