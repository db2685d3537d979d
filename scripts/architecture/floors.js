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
      'modules/snapshot',
      'modules/stores/support',
    ],
  },
  { name: 'what applications ask for', rooms: ['modules/metrics', 'modules/stores', 'redis-engine'] },
  { name: 'put together', rooms: ['create-app', 'ioredis'] },
  { name: 'doors', rooms: ['cli', 'index', 'nestjs', 'testing'] },
];

/** The engine's list, with which `.dependency-cruiser.cjs` makes its rules: names within src/engine, lowest floor first. */
function engineFloors() {
  const { FLOORS } = require('../../.dependency-cruiser.cjs');
  return FLOORS?.map((floor) => ({ name: floor.name ?? '', rooms: (floor.rooms ?? floor).map(plain) }));
}

/** `values/` and `clock.ts` are called values and clock. */
const plain = (room) => room.replace(/\/$|(\.d)?\.ts$/, '');

module.exports = { HOUSE, engineFloors };
