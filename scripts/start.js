/** `npm start`: builds, then serves standalone in this very process, so that signals reach it. */
'use strict';
const { build } = require('./build.js');

void build().then((built) => {
  if (!built) process.exit(1);
  process.argv.splice(2, 0, 'start', '--standalone', '--guide');
  require('../dist/cli.js');
});
