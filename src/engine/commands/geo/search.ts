import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { distanceWithin, searchBoxes, type GeoShape } from '../../values/geo-shape';
import { positionOf, type Position } from '../../values/geohash';
import { partialSort, type Compare } from '../../values/partial-sort';
import type { Scored } from '../../values/ranked-node';
import { compareMembers, SortedSetValue, type SortedSetView } from '../../values/sorted-set';
import { type FoundKey, oneKey, type KeySpec } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SORTED_SET } from '../sorted-set/kind';
import { storeResult } from '../sorted-set/store-result';
import { positionReply } from './replies';
import {
  checkRequest,
  memberPosition,
  newRequest,
  parseOptions,
  setRadius,
  shapeOf,
  type SearchCommand,
  type SearchRequest,
} from './search-request';
import { formatDistance, parsePosition } from './units';

interface Found {
  readonly name: string;
  readonly score: number;
  readonly position: Position;
  /** Metres from the centre. */
  readonly distance: number;
}

/** Bytes of a member that was found, as it is answered or stored. */
const FOUND_BYTES = 500;

/** Members within a shape, in the order of the search; up to `limit` (0 = all). */
function membersWithin(context: CommandContext, set: SortedSetView, shape: GeoShape, limit: number): Found[] {
  const found: Found[] = [];
  for (const { low, high } of searchBoxes(shape)) {
    if (limit > 0 && found.length >= limit) break;
    const range = set.scoreRange({ score: low, exclusive: false }, { score: high, exclusive: true });
    set.visit(range, false, (name, score) => {
      if (limit > 0 && found.length >= limit) return;
      const position = positionOf(score);
      const distance = distanceWithin(shape, position);
      if (distance === undefined) return;
      context.reserve(FOUND_BYTES);
      found.push({ name, score, position, distance });
    });
  }
  return found;
}

function select(context: CommandContext, set: SortedSetView, request: SearchRequest): Found[] {
  const shape = shapeOf(request);
  if (shape === undefined) return [];
  const { count, any } = request;
  const found = membersWithin(context, set, shape, any ? count : 0);
  // The closest so many can only be told by sorting.
  const sort = request.sort ?? (count > 0 && !any ? 'asc' : undefined);
  const direction = sort === 'desc' ? -1 : 1;
  const compare: Compare<Found> = (a, b) => direction * (a.distance - b.distance);
  if (count === 0 || count >= found.length) return sort === undefined ? found : found.sort(compare);
  if (sort !== undefined) partialSort(found, count, compare);
  return found.slice(0, count);
}

function foundReply(
  context: CommandContext,
  { name, score, position, distance }: Found,
  request: SearchRequest,
): Reply {
  const { withDistance, withHash, withPosition, perUnit } = request;
  if (!withDistance && !withHash && !withPosition) return name;
  const reply: Reply[] = [name];
  if (withDistance) reply.push(formatDistance(distance, perUnit));
  if (withHash) reply.push(Math.trunc(score));
  if (withPosition) reply.push(positionReply(context, position));
  return reply;
}

function store(
  context: CommandContext,
  key: string,
  found: readonly Found[],
  { storeDistance, perUnit }: SearchRequest,
  event: string,
): Reply {
  const members = found.map(({ name, score, distance }): Scored => ({
    key: name,
    score: storeDistance ? distance / perUnit : score,
  }));
  return storeResult(context, key, SortedSetValue.of(members.sort(compareMembers), context.engine.limits), event);
}

/** Answers or stores what a request finds. */
function finish(
  context: CommandContext,
  set: SortedSetView | undefined,
  command: SearchCommand,
  request: SearchRequest,
): Reply {
  checkRequest(command, request);
  const found = set === undefined ? [] : select(context, set, request);
  if (request.storeKey === undefined) return found.map((each) => foundReply(context, each, request));
  return store(context, request.storeKey, found, request, command.search ? 'geosearchstore' : 'georadiusstore');
}

/** GEOSEARCH and GEOSEARCHSTORE: `args` from the searched key on. */
function search(context: CommandContext, args: readonly string[], command: SearchCommand, storeKey?: string): Reply {
  const set = context.read(args[0] ?? '', SORTED_SET);
  const request = newRequest();
  request.storeKey = storeKey;
  parseOptions(args, 1, command, request, set);
  return finish(context, set, command, request);
}

/** GEORADIUS. */
function searchAround(
  context: CommandContext,
  args: readonly [string, string, string, string, string, ...string[]],
  command: SearchCommand,
): Reply {
  const [key, longitude, latitude, radius, unit] = args;
  const set = context.read(key, SORTED_SET);
  const request = newRequest();
  request.center = parsePosition(longitude, latitude);
  setRadius(request, radius, unit);
  parseOptions(args, 5, command, request, set);
  return finish(context, set, command, request);
}

/** GEORADIUSBYMEMBER. */
function searchAroundMember(
  context: CommandContext,
  args: readonly [string, string, string, string, ...string[]],
  command: SearchCommand,
): Reply {
  const [key, member, radius, unit] = args;
  const set = context.read(key, SORTED_SET);
  const request = newRequest();
  // Redis reads the radius only where there is something to search.
  if (set !== undefined) {
    request.center = memberPosition(set, member);
    setRadius(request, radius, unit);
  }
  parseOptions(args, 4, command, request, set);
  return finish(context, set, command, request);
}

const SEARCH_COMPLEXITY = 'O(N+log(M)) for N members in the boxes around the shape and M in the sorted set';
const SEARCH_SYNTAX =
  '<FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]]';
const RADIUS_SYNTAX = 'radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]';
const STORE_SYNTAX = '[STORE key | STOREDIST key]';
const READ = [oneKey('RO ACCESS')];

/** @param warned whether the description warns of repeated options, as it does since 8.0 */
function storeKeys(startFrom: number, warned = false): KeySpec[] {
  const find = { lastKey: 0, step: 1, limit: 0 };
  return ['STORE', 'STOREDIST'].map((keyword) => ({
    ...(warned
      ? { notes: `Incomplete because duplicate ${keyword} options use last-wins; fall back to georadiusGetKeys` }
      : {}),
    flags: warned ? 'OW UPDATE INCOMPLETE' : 'OW UPDATE',
    begin: { keyword, startFrom },
    find,
  }));
}

/** Behind so many arguments options may stand. */
const RADIUS_OPTIONS = 4;

/** The key that is read, and the one that is written: the last that is named counts. */
function keysWithStore(args: readonly string[]): FoundKey[] {
  let stored: number | undefined;
  for (let i = RADIUS_OPTIONS; i < args.length - 1; i++) if (/^store(?:dist)?$/i.test(args[i] ?? '')) stored = ++i + 1;
  const read = { position: 1, flags: 'RO ACCESS' };
  return stored === undefined ? [read] : [read, { position: stored, flags: 'OW UPDATE' }];
}

export const geosearch = defineCommand({
  name: 'geosearch',
  arity: -7,
  flags: ['readonly'],
  group: 'geo',
  since: '6.2.0',
  summary: 'Finds members within a circle or a box.',
  complexity: SEARCH_COMPLEXITY,
  keys: READ,
  syntax: `key ${SEARCH_SYNTAX} [WITHCOORD] [WITHDIST] [WITHHASH]`,
  run: (context, args) => search(context, args, { name: 'geosearch', search: true, store: 'never' }),
});

export const geosearchstore = defineCommand({
  name: 'geosearchstore',
  arity: -8,
  flags: ['write', 'denyoom'],
  group: 'geo',
  since: '6.2.0',
  summary: 'Stores the members within a circle or a box in another key; answers how many.',
  complexity: SEARCH_COMPLEXITY,
  keys: [oneKey('OW UPDATE'), oneKey('RO ACCESS', 2)],
  syntax: `destination source ${SEARCH_SYNTAX} [STOREDIST]`,
  run: (context, [target, ...args]) =>
    search(context, args, { name: 'geosearchstore', search: true, store: 'always' }, target),
});

export const georadius = defineCommand({
  name: 'georadius',
  arity: -6,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'geo',
  since: '3.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument' },
  summary: 'Finds members around a position, and may store them.',
  complexity: SEARCH_COMPLEXITY,
  keys: [...READ, ...storeKeys(6, true)],
  movableKeys: keysWithStore,
  before: { '8.0': { keys: [...READ, ...storeKeys(6)] } },
  syntax: `key longitude latitude ${RADIUS_SYNTAX} ${STORE_SYNTAX}`,
  run: (context, args) => searchAround(context, args, { name: 'georadius', search: false, store: 'option' }),
});

export const georadiusRo = defineCommand({
  name: 'georadius_ro',
  arity: -6,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.10',
  deprecated: { since: '6.2.0', replacedBy: '`GEOSEARCH` with the `BYRADIUS` argument' },
  summary: 'Finds members around a position.',
  complexity: SEARCH_COMPLEXITY,
  keys: READ,
  syntax: `key longitude latitude ${RADIUS_SYNTAX}`,
  run: (context, args) => searchAround(context, args, { name: 'georadius_ro', search: false, store: 'never' }),
});

export const georadiusbymember = defineCommand({
  name: 'georadiusbymember',
  arity: -5,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'geo',
  since: '3.2.0',
  deprecated: {
    since: '6.2.0',
    replacedBy: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments',
  },
  summary: 'Finds members around another one, and may store them.',
  complexity: SEARCH_COMPLEXITY,
  keys: [...READ, ...storeKeys(5, true)],
  movableKeys: keysWithStore,
  before: { '8.0': { keys: [...READ, ...storeKeys(5)] } },
  syntax: `key member ${RADIUS_SYNTAX} ${STORE_SYNTAX}`,
  run: (context, args) =>
    searchAroundMember(context, args, { name: 'georadiusbymember', search: false, store: 'option' }),
});

export const georadiusbymemberRo = defineCommand({
  name: 'georadiusbymember_ro',
  arity: -5,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.10',
  deprecated: { since: '6.2.0', replacedBy: '`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments' },
  summary: 'Finds members around another one.',
  complexity: SEARCH_COMPLEXITY,
  keys: READ,
  syntax: `key member ${RADIUS_SYNTAX}`,
  run: (context, args) =>
    searchAroundMember(context, args, { name: 'georadiusbymember_ro', search: false, store: 'never' }),
});
