#!/usr/bin/env node
import { createProgram } from './program';
import { reportFailure } from './report-failure';

// Who reads what we print may go first: a Ctrl-C that ends `respite start | tee log` ends tee at once (EPIPE), a terminal that
// is closed is gone (EIO), as is a log's disk when it is full. That is no reason to lose the last snapshot.
const GONE: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'EIO',
  'ENXIO',
  'EBADF',
  'ENOTCONN',
  'ECONNRESET',
  'ENOSPC',
  'EDQUOT',
]);
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code)) throw error;
  });

const argv = process.argv.slice(2);

createProgram()
  .parseAsync(argv, { from: 'user' })
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error, argv.includes('--json'));
  });
