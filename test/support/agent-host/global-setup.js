'use strict';
const { install } = require('../../../scripts/install-agent-host.js');

/** Before any test of the host runs: once, for all of them. */
module.exports = () => {
  process.env.AGENT_HOST = install();
};
