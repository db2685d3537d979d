import { bitAt } from '../../values/bits';
import { parseInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';
import { bitOffset, prepareString, sourceOf } from './access';

const BAD_BIT = error('bit is not an integer or out of range');

export const setbit = defineCommand({
  name: 'setbit',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Sets or clears a bit of a string; answers what it was.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key offset value',
  run(context, [key, offsetText, bitText]) {
    const offset = bitOffset(context, offsetText);
    const bit = parseInt64(bitText);
    if (bit !== 0 && bit !== 1) throw BAD_BIT;
    const { raw, grown } = prepareString(context, key, offset);
    const previous = bitAt(raw, offset);
    if (!grown && previous === bit) return previous;
    const index = Math.floor(offset / 8);
    const mask = 0x80 >> (offset % 8);
    const apply = () => {
      raw.setByte(index, bit === 1 ? raw.byteAt(index) | mask : raw.byteAt(index) & ~mask);
    };
    // Growing has told everyone of the change already.
    if (grown) apply();
    else context.editString(key, apply);
    context.notify('$', 'setbit', key);
    return previous;
  },
});

export const getbit = defineCommand({
  name: 'getbit',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Answers a bit of a string.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key offset',
  run(context, [key, offsetText]) {
    const offset = bitOffset(context, offsetText);
    return bitAt(sourceOf(context.readString(key)), offset);
  },
});
