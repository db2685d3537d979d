/**
 * The key of one part of an entity: `memory:{chat 1}:messages`. The entity stands in braces, so that a Cluster keeps all
 * its keys in one slot and scripts may touch them together. An entity of several names has slashes between them.
 */
export function slotKey(prefix: string, entity: string | readonly string[], part: string): string {
  const names = typeof entity === 'string' ? escapeName(entity) : entity.map((name) => escapeName(name, /[%{}/]/g));
  return `${prefix}:{${typeof names === 'string' ? names : names.join('/')}}:${part}`;
}

/**
 * A name as it stands in keys: braces would move the hash tag, and a `%` would make two names one. Names that are put
 * together of several say what else is special.
 */
export function escapeName(name: string, special = /[%{}]/g): string {
  return name.replaceAll(special, percent);
}

/** The name that `escapeName` was given. */
export function unescapeName(escaped: string): string {
  return escaped.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
