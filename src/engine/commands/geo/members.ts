import { NULL_ARRAY } from '../../protocol/reply';
import { distanceBetween } from '../../values/geo-shape';
import { positionOf, scoreDigits, scoreOf, standardGeohash } from '../../values/geohash';
import { wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { SORTED_SET } from '../sorted-set/kind';
import { addMembers, addOptions } from '../sorted-set/add';
import { positionReply } from './replies';
import { formatDistance, metresPer, parsePosition } from './units';

const READ = [oneKey('RO ACCESS')];

export const geoadd = defineCommand({
  name: 'geoadd',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Adds members with positions, or moves existing ones.',
  complexity: 'O(log(N)) for each member',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]',
  effects({ args }) {
    const first = args.findIndex((arg, i) => i > 0 && !['nx', 'xx', 'ch'].includes(wordOf(arg)));
    const line = ['ZADD', ...args.slice(0, first)];
    for (let i = first; i < args.length; i += 3)
      line.push(scoreDigits(parsePosition(args[i] ?? '', args[i + 1] ?? '')), args[i + 2] ?? '');
    return [line];
  },
  run(context, args) {
    const [key] = args;
    const options = addOptions();
    let first = 1;
    for (
      let name = wordOf(args[first] ?? '');
      name === 'nx' || name === 'xx' || name === 'ch';
      name = wordOf(args[++first] ?? '')
    )
      options[name] = true;
    const numbers = args.length - first;
    if (numbers === 0 || numbers % 3 !== 0 || (options.nx && options.xx)) throw SYNTAX_ERROR;
    const members: (readonly [string, number])[] = [];
    for (let i = first; i < args.length; i += 3) {
      members.push([args[i + 2] ?? '', scoreOf(parsePosition(args[i] ?? '', args[i + 1] ?? ''))]);
    }
    return addMembers(context, key, members, options);
  },
});

export const geopos = defineCommand({
  name: 'geopos',
  arity: -2,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Answers the positions of members.',
  complexity: 'O(N) in the number of members asked for',
  keys: READ,
  syntax: 'key [member [member ...]]',
  run(context, [key, ...names]) {
    const set = context.read(key, SORTED_SET);
    return names.map((name) => {
      const score = set?.score(name);
      return score === undefined ? NULL_ARRAY : positionReply(context, positionOf(score));
    });
  },
});

export const geohash = defineCommand({
  name: 'geohash',
  arity: -2,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Answers the geohashes of members, as other programs write them.',
  complexity: 'O(N) in the number of members asked for',
  keys: READ,
  syntax: 'key [member [member ...]]',
  run(context, [key, ...names]) {
    const set = context.read(key, SORTED_SET);
    return names.map((name) => {
      const score = set?.score(name);
      return score === undefined ? null : standardGeohash(positionOf(score));
    });
  },
});

export const geodist = defineCommand({
  name: 'geodist',
  arity: -4,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Answers the distance between two members.',
  complexity: 'O(1)',
  keys: READ,
  syntax: 'key member1 member2 [M | KM | FT | MI]',
  run(context, args) {
    const [key, from, to, unit] = args;
    if (args.length > 4) throw SYNTAX_ERROR;
    const perUnit = unit === undefined ? 1 : metresPer(unit);
    const set = context.read(key, SORTED_SET);
    const a = set?.score(from);
    const b = set?.score(to);
    return a === undefined || b === undefined
      ? null
      : formatDistance(distanceBetween(positionOf(a), positionOf(b)), perUnit);
  },
});
