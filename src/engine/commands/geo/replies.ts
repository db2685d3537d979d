import { DoubleReply, type Reply } from '../../protocol/reply';
import type { Position } from '../../values/geohash';

/** Redis prints coordinates as `%.17Lf` without the zeros at the end. */
function coordinate(degrees: number): DoubleReply {
  const text = degrees.toFixed(17).replace(/\.?0+$/, '');
  return new DoubleReply(degrees, text === '-0' ? '0' : text);
}

/** A position as GEOPOS answers it: longitude and latitude. */
export function positionReply({ longitude, latitude }: Position): Reply {
  return [coordinate(longitude), coordinate(latitude)];
}
