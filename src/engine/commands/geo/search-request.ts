import type { GeoShape } from '../../values/geo-shape';
import { positionOf, type Position } from '../../values/geohash';
import type { SortedSetView } from '../../values/sorted-set';
import { double, integer, wordOf } from '../../command/arguments';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { metresPer, parsePosition } from './units';

const NO_SUCH_MEMBER = error('could not decode requested zset member');
const BAD_RADIUS = error('need numeric radius');
const NEGATIVE_RADIUS = error('radius cannot be negative');
const BAD_WIDTH = error('need numeric width');
const BAD_HEIGHT = error('need numeric height');
const NEGATIVE_BOX = error('height or width cannot be negative');
const BAD_COUNT = error('COUNT must be > 0');
const ANY_WITHOUT_COUNT = error('the ANY argument requires COUNT argument');

/** Which commands share the search, by what they accept. */
export interface SearchCommand {
  /** As error texts name it. */
  readonly name: string;
  /** GEOSEARCH: place and shape are options. GEORADIUS: they stand in front. */
  readonly search: boolean;
  /** Whether the result may go to another key: as an option, by the command's nature, or never. */
  readonly store: 'option' | 'always' | 'never';
}

/** The size of what is searched, in metres. */
type Extent = { readonly radius: number } | { readonly width: number; readonly height: number };

/** What a search asks for, as far as the arguments have been read. */
export interface SearchRequest {
  center: Position | undefined;
  /** A place was named, even if the key (and so the member) does not exist. */
  placed: 'member' | 'position' | undefined;
  extent: Extent | undefined;
  /** Metres per unit of the answer. */
  perUnit: number;
  withDistance: boolean;
  withHash: boolean;
  withPosition: boolean;
  sort: 'asc' | 'desc' | undefined;
  /** 0 = all. */
  count: number;
  /** Stop at `count`, whatever the distance. */
  any: boolean;
  storeKey: string | undefined;
  storeDistance: boolean;
}

/** A search before its arguments are read. */
export function newRequest(): SearchRequest {
  return {
    center: undefined,
    placed: undefined,
    extent: undefined,
    perUnit: 1,
    withDistance: false,
    withHash: false,
    withPosition: false,
    sort: undefined,
    count: 0,
    any: false,
    storeKey: undefined,
    storeDistance: false,
  };
}

/** @throws could not decode requested zset member */
export function memberPosition(set: SortedSetView, name: string): Position {
  const score = set.score(name);
  if (score === undefined) throw NO_SUCH_MEMBER;
  return positionOf(score);
}

/** `radius unit` */
export function setRadius(request: SearchRequest, radiusText: string, unit: string): void {
  const radius = double(radiusText, BAD_RADIUS);
  if (radius < 0) throw NEGATIVE_RADIUS;
  request.perUnit = metresPer(unit);
  request.extent = { radius: radius * request.perUnit };
}

/** `width height unit` */
function setBox(request: SearchRequest, widthText: string, heightText: string, unit: string): void {
  const width = double(widthText, BAD_WIDTH);
  const height = double(heightText, BAD_HEIGHT);
  if (width < 0 || height < 0) throw NEGATIVE_BOX;
  request.perUnit = metresPer(unit);
  request.extent = { width: width * request.perUnit, height: height * request.perUnit };
}

/** Reads the options from `first` on. @throws syntax error and what single options complain about */
export function parseOptions(
  args: readonly string[],
  first: number,
  command: SearchCommand,
  request: SearchRequest,
  set: SortedSetView | undefined,
): void {
  for (let i = first; i < args.length;) {
    const used =
      readFlag(wordOf(args[i] ?? ''), command, request) ||
      readOption(args, i, command, request) ||
      (command.search ? readPlaceOrShape(args, i, request, set) : 0);
    if (used === 0) throw SYNTAX_ERROR;
    i += used;
  }
}

/** An option without a value. @returns the arguments used: 1, or 0 when it is none */
function readFlag(option: string, command: SearchCommand, request: SearchRequest): number {
  if (option === 'withdist') request.withDistance = true;
  else if (option === 'withhash') request.withHash = true;
  else if (option === 'withcoord') request.withPosition = true;
  else if (option === 'any') request.any = true;
  else if (option === 'asc' || option === 'desc') request.sort = option;
  else if (option === 'storedist' && command.store === 'always') request.storeDistance = true;
  else return 0;
  return 1;
}

/** COUNT, STORE and STOREDIST. @returns the arguments used, 0 when it is none of them */
function readOption(args: readonly string[], at: number, command: SearchCommand, request: SearchRequest): number {
  const option = wordOf(args[at] ?? '');
  const value = args[at + 1];
  if (value === undefined) return 0;
  if (option === 'count') {
    request.count = integer(value);
    if (request.count <= 0) throw BAD_COUNT;
    return 2;
  }
  if (command.store !== 'option' || (option !== 'store' && option !== 'storedist')) return 0;
  request.storeKey = value;
  request.storeDistance = option === 'storedist';
  return 2;
}

/** FROMMEMBER, FROMLONLAT, BYRADIUS and BYBOX; one of each two. @returns the arguments used, 0 when it is none of them */
function readPlaceOrShape(
  args: readonly string[],
  at: number,
  request: SearchRequest,
  set: SortedSetView | undefined,
): number {
  const option = wordOf(args[at] ?? '');
  const [, first = '', second = '', third = ''] = args.slice(at, at + 4);
  const values = args.length - at - 1;
  if (option === 'frommember' && values >= 1 && request.placed !== 'position') {
    if (set !== undefined) request.center = memberPosition(set, first);
    request.placed = 'member';
    return 2;
  }
  if (option === 'fromlonlat' && values >= 2 && request.placed !== 'member') {
    request.center = parsePosition(first, second);
    request.placed = 'position';
    return 3;
  }
  if (option === 'byradius' && values >= 2 && !(request.extent !== undefined && 'width' in request.extent)) {
    setRadius(request, first, second);
    return 3;
  }
  if (option === 'bybox' && values >= 3 && !(request.extent !== undefined && 'radius' in request.extent)) {
    setBox(request, first, second, third);
    return 4;
  }
  return 0;
}

/** What can only be said once all options are known. @throws when options do not go together */
export function checkRequest(command: SearchCommand, request: SearchRequest): void {
  if (request.storeKey !== undefined && (request.withDistance || request.withHash || request.withPosition)) {
    const what = command.search ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
    throw error(`${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  if (command.search && request.placed === undefined)
    throw error(`exactly one of FROMMEMBER or FROMLONLAT can be specified for ${command.name}`);
  if (command.search && request.extent === undefined)
    throw error(`exactly one of BYRADIUS and BYBOX can be specified for ${command.name}`);
  if (request.any && request.count === 0) throw ANY_WITHOUT_COUNT;
}

/** The shape of a complete request; undefined when the key does not exist and nothing can be found. */
export function shapeOf({ center, extent }: SearchRequest): GeoShape | undefined {
  return center === undefined || extent === undefined ? undefined : { center, ...extent };
}
