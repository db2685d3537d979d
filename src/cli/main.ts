#!/usr/bin/env node
import { createProgram } from './program';
import { reportFailure } from './report-failure';

// Who reads what we print may go first: a Ctrl-C that ends `respite start | tee log` ends tee at once. That is no reason to
// lose the last snapshot.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const argv = process.argv.slice(2);

createProgram()
  .parseAsync(argv, { from: 'user' })
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error, argv.includes('--json'));
  });
