// Every row of one build, once, in its own process: prints a line of JSON.
import { engineFigures } from './engine-rows.mjs';
import { ROWS } from './rows.mjs';
import { TARGETS } from './targets.mjs';

const scale = Number(process.argv[2] ?? '1');
const opened = await TARGETS.respite();
const figures = engineFigures(scale);
for (const [row, { run }] of Object.entries(ROWS)) figures[row] = await run(opened, scale);
await opened.close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
