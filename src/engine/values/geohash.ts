/** Degrees; what Web Mercator can show. */
export const LONGITUDE_MAX = 180;
export const LATITUDE_MAX = 85.05112878;
/** Latitude range of the geohashes other programs use. */
const STANDARD_LATITUDE_MAX = 90;
/** Bits per coordinate in a score: 26 + 26 fit into a double. */
export const STEPS = 26;

const LONGITUDE_SPAN = 2 * LONGITUDE_MAX;
const INT64_LIMIT = 2 ** 63;
const INDEFINITE = 1n << 63n;

/** Degrees. */
export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/** A cell of the grid that halves the world `steps` times in each direction. */
export interface Cell {
  /** Columns from the west and rows from the south; a position on the eastern or northern edge lies one beyond the last. */
  readonly column: number;
  readonly row: number;
  readonly steps: number;
}

/** Degrees. */
export interface Area {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The cell of a position. */
export function cellOf({ longitude, latitude }: Position, steps: number, latitudeMax = LATITUDE_MAX): Cell {
  const scale = 2 ** steps;
  return {
    column: Math.trunc(((longitude + LONGITUDE_MAX) / LONGITUDE_SPAN) * scale),
    row: Math.trunc(((latitude + latitudeMax) / (latitudeMax * 2)) * scale),
    steps,
  };
}

/** Where a cell lies. */
export function areaOf({ column, row, steps }: Cell): Area {
  const scale = 2 ** steps;
  const longitude = (index: number) => -LONGITUDE_MAX + (index / scale) * LONGITUDE_SPAN;
  const latitude = (index: number) => -LATITUDE_MAX + (index / scale) * (LATITUDE_MAX * 2);
  return {
    west: longitude(column),
    south: latitude(row),
    east: longitude((column + 1) >>> 0),
    north: latitude((row + 1) >>> 0),
  };
}

/** A cell's bits, row and column in turn, as one number. */
export function bitsOf({ column, row }: Cell): number {
  return interleave(row >>> 16, column >>> 16) * 2 ** 32 + interleave(row & 0xffff, column & 0xffff);
}

/** The score of a position in a sorted set. */
export function scoreOf(position: Position): number {
  return bitsOf(cellOf(position, STEPS));
}

/** The same in digits, exact also where a double is not: at 180 degrees the bits are one more than it holds. */
export function scoreDigits(position: Position): string {
  const { column, row } = cellOf(position, STEPS);
  const [high, low] = [interleave(row >>> 16, column >>> 16), interleave(row & 0xffff, column & 0xffff)];
  return String((BigInt(high) << 32n) | BigInt(low));
}

/** The position a score stands for, whatever it is: the middle of its cell. */
export function positionOf(score: number): Position {
  const { west, south, east, north } = areaOf(cellOfScore(score));
  return { longitude: clamp((west + east) / 2, LONGITUDE_MAX), latitude: clamp((south + north) / 2, LATITUDE_MAX) };
}

function clamp(degrees: number, max: number): number {
  return Math.min(max, Math.max(-max, degrees));
}

function cellOfScore(score: number): Cell {
  const exact = score >= 0 && score <= Number.MAX_SAFE_INTEGER;
  const bits = exact ? undefined : asUint64(score);
  const low = bits === undefined ? score % 2 ** 32 : Number(bits & 0xffffffffn);
  const high = bits === undefined ? Math.floor(score / 2 ** 32) : Number(bits >> 32n);
  return {
    row: ((squash(high) << 16) | squash(low)) >>> 0,
    column: ((squash(high >>> 1) << 16) | squash(low >>> 1)) >>> 0,
    steps: STEPS,
  };
}

/** What C makes of a double cast to an unsigned 64-bit integer, on x86-64: sorted sets may hold any score. */
function asUint64(score: number): bigint {
  const within = (value: number): bigint =>
    value >= -INT64_LIMIT && value < INT64_LIMIT ? BigInt(Math.trunc(value)) : INDEFINITE;
  return BigInt.asUintN(64, score >= INT64_LIMIT ? within(score - INT64_LIMIT) ^ INDEFINITE : within(score));
}

/** The bits of two 16-bit numbers in turn, `even` at the lowest. */
function interleave(even: number, odd: number): number {
  return (spread(even) | (spread(odd) << 1)) >>> 0;
}

/** Puts a zero between all bits of a 16-bit number. */
function spread(value: number): number {
  let x = (value | (value << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Takes every other bit of a 32-bit number. */
function squash(value: number): number {
  let x = value & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0xffff;
}

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const GEOHASH_LENGTH = 11;

/** The geohash other programs use, of 11 characters; 52 bits fill ten, so the last is always `0`. */
export function standardGeohash(position: Position): string {
  const bits = bitsOf(cellOf(position, STEPS, STANDARD_LATITUDE_MAX));
  let text = '';
  for (let i = 1; i < GEOHASH_LENGTH; i++) text += ALPHABET[Math.floor(bits / 2 ** (2 * STEPS - i * 5)) % 32] ?? '';
  return `${text}0`;
}
