import type { Position } from '../../values/geohash';
import { LATITUDE_MAX, LONGITUDE_MAX } from '../../values/geohash';
import { choices, double, wordOf } from '../../command/arguments';
import { error } from '../../command/errors';

const METRES = choices({ m: 1, km: 1000, ft: 0.3048, mi: 1609.34 });
const BAD_UNIT = error('unsupported unit provided. please use M, KM, FT, MI');

/** The metres of a unit of length. @throws unsupported unit */
export function metresPer(unit: string): number {
  const metres = METRES.get(wordOf(unit));
  if (metres === undefined) throw BAD_UNIT;
  return metres;
}

/** @throws not a valid float, invalid longitude,latitude pair */
export function parsePosition(longitudeText: string, latitudeText: string): Position {
  const longitude = double(longitudeText);
  const latitude = double(latitudeText);
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX) {
    throw error(`invalid longitude,latitude pair ${fixed(longitude)},${fixed(latitude)}`);
  }
  return { longitude, latitude };
}

/** C's `%f`. */
function fixed(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.000000';
  // toFixed gives up at 1e21, where a double is an integer anyway.
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${String(BigInt(value))}.000000`;
}

/** A distance as GEODIST and WITHDIST show it. */
export function formatDistance(metres: number, perUnit: number): string {
  return (metres / perUnit).toFixed(4);
}
