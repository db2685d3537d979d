import { GEO_COMMANDS } from '../../src/engine/commands/geo';
import { contract, useServers, type Step } from './harness';

useServers();

const SICILY: Step = ['GEOADD', 'g', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'];

contract('GEOADD, GEOPOS, GEODIST and GEOHASH', [
  SICILY,
  ['GEOADD', 'g', 'CH', '13.361389', '38.2', 'Palermo', 1, 1, 'new'],
  ['GEOADD', 'g', 'NX', 2, 2, 'new'],
  ['GEOADD', 'g', 'XX', 2, 2, 'other'],
  ['GEOADD', 'g', 'xx', 'ch', 2, 2, 'new'],
  ['GEOPOS', 'g', 'Palermo', 'none', 'new'],
  ['GEOPOS', 'none', 'a', 'b'],
  ['GEOPOS', 'g'],
  ['GEOHASH', 'g', 'Palermo', 'none', 'Catania'],
  ['GEOHASH', 'g'],
  ['GEOHASH', 'none', 'a'],
  ['GEODIST', 'g', 'Palermo', 'Catania'],
  ['GEODIST', 'g', 'Palermo', 'Catania', 'km'],
  ['GEODIST', 'g', 'Palermo', 'Catania', 'FT'],
  ['GEODIST', 'g', 'Palermo', 'Catania', 'mi'],
  ['GEODIST', 'g', 'Palermo', 'Palermo'],
  ['GEODIST', 'g', 'Palermo', 'none'],
  ['GEODIST', 'none', 'a', 'b'],
  ['GEODIST', 'g', 'Palermo', 'Catania', 'parsec'],
  ['GEODIST', 'g', 'Palermo', 'Catania', 'm', 'm'],
  ['GEODIST', 'none', 'a', 'b', 'parsec'],
  ['ZRANGE', 'g', 0, -1, 'WITHSCORES'],
]);

contract('GEOADD refuses', [
  ['GEOADD', 'g', 'x', 1, 'a'],
  ['GEOADD', 'g', 1, 'x', 'a'],
  ['GEOADD', 'g', 181, 1, 'a'],
  ['GEOADD', 'g', 1, '85.06', 'a'],
  ['GEOADD', 'g', -181, -90, 'a'],
  ['GEOADD', 'g', '1e300', 1, 'a'],
  ['GEOADD', 'g', '1e22', '-1e21', 'a'],
  ['GEOADD', 'g', 'inf', '-inf', 'a'],
  ['GEOADD', 'g', '-0', 86, 'a'],
  ['GEOADD', 'g', '-1e-9', 86, 'a'],
  ['GEOADD', 'g', 'nan', 1, 'a'],
  ['GEOADD', 'g', 'NX', 'XX', 1, 1, 'a'],
  ['GEOADD', 'g', 1, 1, 'a', 2],
  ['GEOADD', 'g', 'GT', 1, 1, 'a'],
  ['GEOADD', 'g', 'CH', 'NX', 'XX'],
  ['GEOADD', 'g', 'CH', 'NX', 'CH'],
  ['GEOADD', 'g', 1, 1, 'a', 500, 500, 'b'],
  ['EXISTS', 'g'],
  [
    'GEOADD',
    'g',
    180,
    '85.05112878',
    'corner',
    -180,
    '-85.05112878',
    'other',
    180,
    0,
    'edge',
    0,
    '85.05112878',
    'top',
    0,
    0,
    'zero',
    '-0',
    '-0.0000001',
    'near',
  ],
  ['ZRANGE', 'g', 0, -1, 'WITHSCORES'],
  ['GEOPOS', 'g', 'corner', 'other', 'edge', 'top', 'zero', 'near'],
  ['GEOHASH', 'g', 'corner', 'other', 'edge', 'top', 'zero', 'near'],
]);

contract('scores that are no positions', [
  [
    'ZADD',
    'z',
    -1,
    'a',
    '-1.5e19',
    'b',
    '1e19',
    'c',
    '1e30',
    'd',
    'inf',
    'e',
    '-inf',
    'f',
    '1.5',
    'g',
    '4503599627370496',
    'h',
    '18014398509481984',
    'i',
    '1e18',
    'j',
    '-1e18',
    'k',
    '9223372036854775808',
    'l',
  ],
  ...'abcdefghijkl'.split('').flatMap((name): Step[] => [
    ['GEOPOS', 'z', name],
    ['GEOHASH', 'z', name],
    ['GEODIST', 'z', name, 'g'],
  ]),
]);

contract('searching around Sicily', [
  SICILY,
  ['GEORADIUS', 'g', 15, 37, 200, 'km'],
  ['GEORADIUS', 'g', 15, 37, 200, 'km', 'WITHDIST'],
  ['GEORADIUS', 'g', 15, 37, 200, 'km', 'WITHCOORD', 'WITHHASH', 'WITHDIST', 'DESC'],
  ['GEORADIUS_RO', 'g', 15, 37, 200, 'km', 'ASC', 'COUNT', 1],
  ['GEORADIUS', 'g', 15, 37, 1, 'm', 'WITHDIST'],
  ['GEORADIUSBYMEMBER', 'g', 'Palermo', 200, 'km', 'WITHDIST'],
  ['GEORADIUSBYMEMBER_RO', 'g', 'Palermo', 100, 'mi'],
  ['GEORADIUSBYMEMBER', 'g', 'none', 200, 'km'],
  ['GEORADIUSBYMEMBER', 'none', 'none', 'x', 'parsec'],
  ['GEORADIUSBYMEMBER', 'none', 'none', 'x', 'parsec', 'NOPE'],
  ['GEOSEARCH', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC'],
  ['GEOSEARCH', 'g', 'FROMMEMBER', 'Catania', 'BYBOX', 400, 400, 'km', 'ASC', 'WITHDIST', 'WITHCOORD'],
  ['GEOSEARCH', 'g', 'BYBOX', 10, 4000, 'km', 'FROMLONLAT', 15, 37],
  ['GEOSEARCH', 'g', 'FROMLONLAT', 15, 37, 'BYBOX', 400, 400, 'km', 'ASC', 'COUNT', 1, 'ANY'],
  ['GEORADIUS', 'g', 15, 37, 200, 'km', 'STORE', 'd'],
  ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['GEORADIUS', 'g', 15, 37, 200, 'km', 'STOREDIST', 'd'],
  ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['GEORADIUSBYMEMBER', 'g', 'Palermo', 200, 'km', 'STOREDIST', 'd', 'COUNT', 1],
  ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'mi', 'STOREDIST'],
  ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', 15, 37, 'BYBOX', 300, 300, 'km'],
  ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', 100, 37, 'BYRADIUS', 1, 'm'],
  ['EXISTS', 'd'],
  ['GEORADIUS', 'none', 1, 1, 1, 'm', 'STORE', 'g'],
  ['EXISTS', 'g'],
]);

contract('what searches refuse', [
  SICILY,
  ['SET', 's', 'x'],
  ...['g', 'none'].flatMap((key): Step[] => [
    ['GEORADIUS', key, 'x', 37, 200, 'km'],
    ['GEORADIUS', key, 15, 91, 200, 'km'],
    ['GEORADIUS', key, 15, 37, 'x', 'km'],
    ['GEORADIUS', key, 15, 37, -1, 'km'],
    ['GEORADIUS', key, 15, 37, -1, 'parsec'],
    ['GEORADIUS', key, 15, 37, 1, 'parsec'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'NOPE'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'COUNT'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'COUNT', 0],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'COUNT', 'x'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'ANY'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'STORE'],
    ['GEORADIUS_RO', key, 15, 37, 200, 'km', 'STORE', 'd'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'STORE', 'd', 'WITHDIST'],
    ['GEORADIUS', key, 15, 37, 200, 'km', 'FROMMEMBER', 'a'],
    ['GEORADIUSBYMEMBER', key, 'Palermo', 'x', 'km'],
    ['GEORADIUSBYMEMBER', key, 'Palermo', 1, 'km', 'STOREDIST', 'd', 'WITHHASH'],
    ['GEORADIUSBYMEMBER_RO', key, 'Palermo', 1, 'km', 'STOREDIST', 'd'],
    ['geosearch', key, 'FROMLONLAT', 15, 37, 'ASC', 'DESC', 'WITHDIST'],
    ['geosearch', key, 'BYRADIUS', 200, 'km', 'ASC', 'DESC', 'WITHDIST'],
    ['GEOSEARCH', key, 'FROMLONLAT', 15, 37, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'FROMLONLAT', 15, 37, 'BYRADIUS', 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'FROMMEMBER', 'Catania', 'BYRADIUS', 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'none', 'BYRADIUS', 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'BYBOX', 1, 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYBOX', 1, 1, 'm', 'BYRADIUS', 1, 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYBOX', 'x', 'y', 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYBOX', 1, 'y', 'm'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYBOX', -1, 1, 'parsec'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYBOX', 1, 1, 'parsec'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'STOREDIST'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'STORE', 'd'],
    ['GEOSEARCH', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'ANY'],
    ['GEOSEARCHSTORE', 'd', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'WITHDIST'],
    ['geosearchstore', 'd', key, 'FROMMEMBER', 'Palermo', 'ASC', 'DESC', 'ASC'],
    ['GEOSEARCHSTORE', 'd', key, 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm', 'STORE', 'x'],
    ['GEOSEARCH', key, 'FROMLONLAT', 15, 37, 'BYRADIUS', 1],
  ]),
  ['GEOADD', 's', 1, 1, 'a'],
  ['GEOPOS', 's', 'a'],
  ['GEOHASH', 's', 'a'],
  ['GEODIST', 's', 'a', 'b'],
  ['GEODIST', 's', 'a', 'b', 'parsec'],
  ['GEORADIUS', 's', 'x', 1, 1, 'm'],
  ['GEORADIUSBYMEMBER', 's', 'a', 1, 'm'],
  ['GEOSEARCH', 's', 'NOPE', 1, 1, 1, 1],
  ['GEOSEARCHSTORE', 's', 's', 'NOPE', 1, 1, 1, 1],
  ['GEOSEARCHSTORE', 's', 'g', 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'm'],
  ['TYPE', 's'],
]);

/** Numbers that look random and are the same on every run. */
function* lehmer(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

const dice = lehmer(20_240_117);
const between = (min: number, max: number) => String(min + (max - min) * dice.next().value);
const pick = <T>(items: readonly T[]): T => items[Math.floor(dice.next().value * items.length)] as T;

/** Positions over the world, in clusters, near the poles and the date line. */
const CENTERS = [
  [0, 0],
  [13, 38],
  [179.9, 10],
  [-179.9, -10],
  [20, 84],
  [-50, -84],
  [100, 67],
  [180, 0],
  [0, 81],
] as const;

function position(): [string, string] {
  if (dice.next().value < 0.3) return [between(-180, 180), between(-85.05, 85.05)];
  const [longitude, latitude] = pick(CENTERS);
  const spread = pick([0.001, 0.1, 3]);
  const clamped = (value: number, max: number) => String(Math.min(max, Math.max(-max, value)));
  return [
    clamped(longitude + Number(between(-spread, spread)), 180),
    clamped(latitude + Number(between(-spread, spread)), 85.05),
  ];
}

contract('unsorted and sorted searches over the whole world, in the same order and with the same digits', [
  ...Array.from({ length: 40 }, (_, i): Step => [
    'GEOADD',
    'w',
    ...Array.from({ length: 10 }, (__, j) => [...position(), `p${String(i * 10 + j)}`]).flat(),
  ]),
  ...Array.from({ length: 250 }, (): Step => {
    const size = () => String(Number(between(1, 10)) * 10 ** Math.floor(Number(between(0, 6))));
    const shape =
      dice.next().value < 0.5
        ? ['BYRADIUS', size(), pick(['m', 'km', 'mi', 'ft'])]
        : ['BYBOX', size(), size(), pick(['m', 'km', 'ft'])];
    return [
      'GEOSEARCH',
      'w',
      'FROMLONLAT',
      ...position(),
      ...shape,
      ...pick([[], ['ASC'], ['DESC'], ['COUNT', '5', 'ANY']]),
      'WITHDIST',
      'WITHCOORD',
      'WITHHASH',
    ];
  }),
  ...Array.from({ length: 100 }, (): Step => [
    'GEODIST',
    'w',
    `p${String(Math.floor(Number(between(0, 400))))}`,
    `p${String(Math.floor(Number(between(0, 400))))}`,
    pick(['m', 'km', 'ft', 'mi']),
  ]),
  ...Array.from({ length: 50 }, (): Step => ['GEOHASH', 'w', `p${String(Math.floor(Number(between(0, 400))))}`]),
]);

contract(
  'geo: keyspace events',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
    { run: ['PSUBSCRIBE', '__keyevent@0__:*'], as: 'watcher' },
    SICILY,
    ['GEOADD', 'g', 'NX', 1, 1, 'Palermo'],
    ['GEORADIUS', 'g', 15, 37, 200, 'km', 'STORE', 'd'],
    ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'mi'],
    ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 1, 'm'],
    ['GEORADIUS', 'none', 15, 37, 200, 'km', 'STORE', 'd'],
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'several connections' },
);

contract('COMMAND INFO', [['COMMAND', 'INFO', ...GEO_COMMANDS.map(({ name }) => name)]]);

/** So many members at few places, in an order that looks random. */
function crowded(size: number, places: number): Step[] {
  const members = Array.from({ length: size }, (_, i) => [((i * 7919) % places) / 100, 1, `m${String(i)}`]);
  return [
    ['DEL', 'g'],
    ['GEOADD', 'g', ...members.flat()],
    ...[1, 2, size >> 1, size - 1, size].flatMap((count): Step[] =>
      ['ASC', 'DESC'].map((order) => [
        ...['GEOSEARCH', 'g', 'FROMLONLAT', 0, 1, 'BYRADIUS', 9000, 'km', 'WITHDIST'],
        ...['COUNT', count, order],
      ]),
    ),
    ['GEOSEARCH', 'g', 'FROMLONLAT', 0, 1, 'BYRADIUS', 9000, 'km', 'ASC'],
  ];
}

contract(
  'members at the same distance come in the order of a sort that stops when it has enough',
  [5, 7, 8, 30, 45, 300].flatMap((size) => [1, 2, 7, 200].flatMap((places) => crowded(size, places))),
);
