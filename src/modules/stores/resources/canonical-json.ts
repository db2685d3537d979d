import { createHash } from 'node:crypto';
import { refuseLarge, stringify } from '../support';

/** A value as canonical JSON, and the SHA-256 of that in hex. */
export interface CanonicalValue {
  readonly json: string;
  readonly etag: string;
}

/**
 * Writes equal values equally: members sorted by their names, nothing between the tokens (RFC 8785).
 * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
 */
export function canonicalize(what: string, value: unknown): CanonicalValue {
  // By way of JSON, so that toJSON, undefined members and the like are what they will be once read.
  const plain: unknown = JSON.parse(stringify(what, value));
  const json = stringify(what, plain, write);
  refuseLarge(what, json);
  return { json, etag: createHash('sha256').update(json).digest('hex') };
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`;
}
