import type { CommandContext } from '../../execution/command-context';
import { DoubleReply, type Reply } from '../../protocol/reply';
import type { Position } from '../../values/geohash';

/** Before 7.2, Redis prints coordinates as `%.17Lf` without the zeros at the end. */
function coordinate({ engine }: CommandContext, degrees: number): DoubleReply {
  if (engine.version >= '7.2') return new DoubleReply(degrees, engine.formatDouble(degrees));
  const text = degrees.toFixed(17).replace(/\.?0+$/, '');
  return new DoubleReply(degrees, text === '-0' ? '0' : text);
}

/** A position as GEOPOS answers it: longitude and latitude. */
export function positionReply(context: CommandContext, { longitude, latitude }: Position): Reply {
  return [coordinate(context, longitude), coordinate(context, latitude)];
}
