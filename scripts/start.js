/** `npm start`: builds, then serves standalone in this very process, so that signals reach it. */
'use strict';
require('./build.js');
if (process.exitCode !== 0) process.exit();

process.argv.splice(2, 0, 'start', '--standalone', '--guide');
require('../dist/cli/main.js');
