import { cString } from '../values/c-string';
import { consume } from './lua/meter';

/** What `redis.error_reply` makes of a text: `ERR` is put before one without a code; a leading `-` means nothing. */
export function errorText(given: string): string {
  const text = cString(given);
  const whole = text.startsWith('-') ? text.slice(1) : text;
  const space = whole.indexOf(' ');
  const code = space < 0 ? 'ERR' : whole.slice(0, space);
  return `${code} ${withoutLineBreaksAround(whole.slice(space + 1))}`;
}

/** By hand: a pattern takes the square of the number of line breaks within. */
function withoutLineBreaksAround(text: string): string {
  let start = 0;
  let end = text.length;
  while (isLineBreak(text, start)) if ((++start & 0x3ff) === 0) consume(0x400);
  while (end > start && isLineBreak(text, end - 1)) if ((--end & 0x3ff) === 0) consume(0x400);
  return text.slice(start, end);
}

function isLineBreak(text: string, i: number): boolean {
  return text[i] === '\r' || text[i] === '\n';
}
