/** A text as JSON holds it: as it is when its bytes are UTF-8, else as base64 with a mark. */
export type JsonText = string | { readonly base64: string };

/** @param text one character per byte */
export function toJsonText(text: string): JsonText {
  if (isAscii(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  const decoded = bytes.toString('utf8');
  return Buffer.from(decoded, 'utf8').equals(bytes) ? decoded : { base64: bytes.toString('base64') };
}

/** Undoes `toJsonText`. @returns undefined when it is no such text */
export function fromJsonText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (isAscii(value)) return value;
    // Half a surrogate pair is no character and has no bytes.
    const bytes = Buffer.from(value, 'utf8');
    return bytes.toString('utf8') === value ? bytes.latin1Slice() : undefined;
  }
  if (typeof value !== 'object' || value === null || !('base64' in value) || typeof value.base64 !== 'string')
    return undefined;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value.base64) ? Buffer.from(value.base64, 'base64').latin1Slice() : undefined;
}

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

const NOT_ASCII = /[^\x00-\x7f]/;
