#!/usr/bin/env node
import * as nodeModule from 'node:module';
import type * as program from './program';
import type * as failures from './report-failure';

// Before anything else is loaded: from Node 22.1 on, what was compiled by the last start is not compiled again.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
const { createProgram } = require('./program') as typeof program;
const { reportFailure } = require('./report-failure') as typeof failures;

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
