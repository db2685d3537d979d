/**
 * The floors of the house and of the engine, lowest first. A room is a folder (or a file that stands alone); it imports
 * its own files and lower floors only, types included.
 */
'use strict';

/** Rooms by their path within src. A folder inside a room is part of it, unless it is a room itself. */
const HOUSE = [
  { name: 'ground', rooms: ['errors', 'engine'] },
  { name: 'settings', rooms: ['config'] },
  { name: 'wiring', rooms: ['container'] },
  { name: 'the contract', rooms: ['modules/cache'] },
  {
    name: 'who fulfils it, and who builds on it',
    rooms: [
      'modules/cache/distributed',
      'modules/cache/mock',
      'modules/cache/standalone',
      'modules/http',
      'modules/snapshot',
      'modules/stores/support',
    ],
  },
  {
    name: 'what applications ask for',
    rooms: [
      'modules/mcp-proxy',
      'modules/metrics',
      'modules/migration',
      'modules/rest',
      'modules/stores',
      'modules/temporal',
      'redis-engine',
    ],
  },
  { name: 'put together', rooms: ['create-app', 'ioredis', 'redis'] },
  { name: 'around an application', rooms: ['migration'] },
  { name: 'doors', rooms: ['cli', 'index', 'nestjs', 'testing'] },
];

/** `clock.ts` is called clock. */
const plain = (room) => room.replace(/(\.d)?\.ts$/, '');

/** The engine's, within src/engine: the list with which `.dependency-cruiser.cjs` makes its rules. */
const ENGINE = require('../../.dependency-cruiser.cjs').FLOORS.map((rooms) => ({ name: '', rooms: rooms.map(plain) }));

module.exports = { ENGINE, HOUSE };
