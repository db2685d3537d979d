import fc from 'fast-check';
import { command, key, member, option, options, some, type CommandGroup } from '../command-group';

const longitude = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -180, max: 180, noNaN: true }).map((n) => n.toFixed(5)) },
  { weight: 1, arbitrary: fc.constantFrom('181', 'x', 'nan') },
);
const latitude = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -85, max: 85, noNaN: true }).map((n) => n.toFixed(5)) },
  { weight: 1, arbitrary: fc.constantFrom('86', 'x') },
);
const unit = fc.constantFrom('m', 'km', 'ft', 'mi', 'KM', 'x');
const distance = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 9000 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('-1', 'x', '0') },
);
const shape = fc.oneof(option('BYRADIUS', distance, unit), option('BYBOX', distance, distance, unit));
const origin = fc.oneof(option('FROMMEMBER', member), option('FROMLONLAT', longitude, latitude));
const shown = options(
  'WITHCOORD',
  'WITHDIST',
  'WITHHASH',
  'ASC',
  'DESC',
  option('COUNT', fc.constantFrom('1', '2', '0', 'x')),
);

export const geoGroup: CommandGroup = {
  name: 'geo',
  commands: {
    geoadd: command(['GEOADD', key, options('NX', 'XX', 'CH'), longitude, latitude, member]),
    geodist: command(['GEODIST', key, member, member, options(unit.map((text) => [text]))]),
    geohash: command(['GEOHASH', key, some(member)]),
    geopos: command(['GEOPOS', key, some(member)]),
    geosearch: command(['GEOSEARCH', key, origin, shape, 'ASC', shown]),
    geosearchstore: command(['GEOSEARCHSTORE', key, key, origin, shape, options('STOREDIST')]),
    georadius: command(['GEORADIUS', key, longitude, latitude, distance, unit, 'ASC', shown]),
    georadiusbymember: command(['GEORADIUSBYMEMBER', key, member, distance, unit, 'ASC', shown]),
  },
};
