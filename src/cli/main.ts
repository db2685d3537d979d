#!/usr/bin/env node
import { createProgram } from './program';
import { reportFailure } from './report-failure';

const argv = process.argv.slice(2);

createProgram()
  .parseAsync(argv, { from: 'user' })
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error, argv.includes('--json'));
  });
