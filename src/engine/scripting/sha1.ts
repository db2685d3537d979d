import { createHash } from 'node:crypto';
import { SLICE, spend } from './lua/meter';
import { read } from './lua/texts';

/** Hashing a byte takes longer than copying one. */
const HASH_FACTOR = 16;

/** In hexadecimal digits. Within a script it can be stopped, however long the text is. */
export function sha1(text: string): string {
  const hash = createHash('sha1');
  if (text.length <= SLICE) return hash.update(text, 'latin1').digest('hex');
  read(text);
  for (let from = 0; from < text.length; from += SLICE) {
    hash.update(text.slice(from, from + SLICE), 'latin1');
    spend(HASH_FACTOR * SLICE);
  }
  return hash.digest('hex');
}
