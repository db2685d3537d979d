#!/usr/bin/env node
/**
 * Stands in for the temporal program, which cannot be had on every machine: takes its arguments, serves the calls of a
 * client that connects, and does what TEMPORAL_TEST_HABIT says: `crash` at once, `loop` (serve, then crash), `hang` (never
 * serve), `not-serving`, `stubborn` (ignore SIGTERM).
 */
'use strict';
const { appendFileSync } = require('node:fs');
const { serve } = require('./grpc-server.js');

const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const habit = process.env.TEMPORAL_TEST_HABIT;
// Every start is a line: tests count them, and find the process.
if (process.env.TEMPORAL_TEST_STARTS)
  appendFileSync(process.env.TEMPORAL_TEST_STARTS, `${process.pid} ${args.join(' ')}\n`);

if (args[0] !== 'server' || args[1] !== 'start-dev') {
  console.error(`unknown command "${args.join(' ')}"`);
  process.exit(1);
}
if (habit === 'crash') {
  console.error('Error: unable to open database file');
  process.exit(1);
}
if (habit === 'stubborn') process.on('SIGTERM', () => console.log('not now'));

// Once it has said that it serves.
const onHealth = habit === 'loop' ? () => setTimeout(() => process.exit(7), 50) : undefined;

if (habit === 'hang') setInterval(() => undefined, 1000);
else {
  const address = `${option('--ip')}:${option('--port')}`;
  serve(address, { namespaces: [option('--namespace')], status: habit === 'not-serving' ? 2 : 1, onHealth }).then(
    () => {
      console.log(`Server: ${address}`);
    },
    (error) => {
      console.error(`Error: ${error.message}`);
      process.exit(1);
    },
  );
}
