import { cString } from './lua/values';

/** What `redis.error_reply` makes of a text: `ERR` is put before one without a code; a leading `-` means nothing. */
export function errorText(given: string): string {
  const text = cString(given);
  const whole = text.startsWith('-') ? text.slice(1) : text;
  const space = whole.indexOf(' ');
  const code = space < 0 ? 'ERR' : whole.slice(0, space);
  const message = whole.slice(space + 1);
  let start = 0;
  while (isLineBreak(message, start)) start++;
  return `${code} ${withoutFinalLineBreaks(message.slice(start))}`;
}

/** The line that is sent for an error with this text. */
export function errorLine(text: string): string {
  return oneLine(withoutFinalLineBreaks(cString(text)));
}

/** Status and error replies are one line. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}

/** By hand: a pattern takes the square of the number of line breaks within. */
function withoutFinalLineBreaks(text: string): string {
  let end = text.length;
  while (isLineBreak(text, end - 1)) end--;
  return text.slice(0, end);
}

function isLineBreak(text: string, i: number): boolean {
  return text[i] === '\r' || text[i] === '\n';
}
