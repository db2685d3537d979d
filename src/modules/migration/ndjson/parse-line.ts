import type { PlainGroup, PlainStream } from '../../../engine/rdb/plain-stream';
import type { PlainValue } from '../../../engine/rdb/plain-value';
import { HEADER } from './ndjson-lines';
import { fromJsonText } from './text';

/** Why a line cannot be used. */
export class LineProblem extends Error {}

/** A line with a key, or a part of one. */
export interface ParsedKey {
  readonly kind: 'key';
  readonly db: number;
  readonly key: string;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
  readonly value: PlainValue;
  /** The next line goes on with this key. */
  readonly more: boolean;
}

/** What a line says. */
export type ParsedLine =
  | ParsedKey
  | { readonly kind: 'header'; readonly version: unknown }
  | { readonly kind: 'end'; readonly keys: number; readonly functions: number }
  | { readonly kind: 'function'; readonly source: string };

type Fields = Readonly<Partial<Record<string, unknown>>>;

/** Reads a line. @throws LineProblem */
export function parseLine(bytes: Buffer): ParsedLine {
  const fields = objectOf(parse(bytes.toString('utf8').replace(/^\ufeff/, '')), 'the line');
  if (fields['format'] === HEADER.format) return { kind: 'header', version: fields['version'] };
  if (fields['end'] === true)
    return { kind: 'end', keys: count(fields['keys'], '"keys"'), functions: count(fields['functions'], '"functions"') };
  if (fields['function'] !== undefined) return { kind: 'function', source: text(fields['function'], '"function"') };
  const unknown = Object.keys(fields).find((name) => !['db', 'key', 'type', 'ttl', 'more', 'value'].includes(name));
  if (unknown !== undefined) throw new LineProblem(`"${unknown.slice(0, 50)}" is not known`);
  const { db = 0, ttl = null, more = false } = fields;
  if (typeof more !== 'boolean') throw new LineProblem('"more" is neither true nor false');
  return {
    kind: 'key',
    db: count(db, '"db"'),
    key: text(fields['key'], '"key"'),
    expireAt: ttl === null ? 0 : deadline(ttl, '"ttl"'),
    value: valueOf(fields['type'], fields['value']),
    more,
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new LineProblem('it is no JSON');
  }
}

function valueOf(type: unknown, value: unknown): PlainValue {
  switch (type) {
    case 'string':
      return { type, value: text(value, '"value"') };
    case 'list':
    case 'set':
      return { type, elements: filled(value).map((element) => text(element, 'an element of "value"')) };
    case 'hash':
      return hashOf(filled(value));
    case 'zset':
      return {
        type,
        members: filled(value).map((pair) => {
          const [name, score] = tuple(pair, 2);
          return [text(name, 'a member'), scoreOf(score)] as const;
        }),
      };
    case 'stream':
      return { type, ...streamFields(objectOf(value, '"value"')) };
    default:
      throw new LineProblem('"type" is none of string, list, set, hash, zset and stream');
  }
}

/** Pairs; a field with a deadline has it behind its value. */
function hashOf(fields: readonly unknown[]): PlainValue {
  const parts = fields.map((field) => tuple(field, Array.isArray(field) && field.length === 3 ? 3 : 2));
  const pairs = parts.flatMap(([field, content]) => [text(field, 'a field'), text(content, 'the value of a field')]);
  const deadlines = parts.map((part) => (part.length === 3 ? deadline(part[2], 'the deadline of a field') : 0));
  return { type: 'hash', pairs, ...(deadlines.some((at) => at !== 0) && { deadlines }) };
}

function streamFields(fields: Fields): PlainStream {
  return {
    entries: list(fields['entries'], '"entries"').map((entry) => {
      const [id, parts] = tuple(entry, 2);
      return [
        plainText(id, 'an id'),
        list(parts, 'the fields of an entry').map((part) => text(part, 'a field')),
      ] as const;
    }),
    lastId: plainText(fields['lastId'], '"lastId"'),
    maxDeletedId: plainText(fields['maxDeletedId'] ?? '0-0', '"maxDeletedId"'),
    entriesAdded: uint64(fields['entriesAdded'], '"entriesAdded"'),
    groups: list(fields['groups'] ?? [], '"groups"').map((group) => groupFields(objectOf(group, 'a group'))),
  };
}

function groupFields(fields: Fields): PlainGroup {
  const { entriesRead = null } = fields;
  return {
    name: text(fields['name'], 'the "name" of a group'),
    lastId: plainText(fields['lastId'], 'the "lastId" of a group'),
    entriesRead: entriesRead === null ? null : uint64(entriesRead, '"entriesRead"'),
    consumers: list(fields['consumers'] ?? [], '"consumers"').map((consumer) => {
      const [name, seenAt] = tuple(consumer, 2);
      return [text(name, 'a consumer'), integer(seenAt, 'when a consumer was seen')] as const;
    }),
    pending: list(fields['pending'] ?? [], '"pending"').map((entry) => {
      const [id, consumer, deliveredAt, deliveries] = tuple(entry, 4);
      return [
        plainText(id, 'an id'),
        text(consumer, 'a consumer'),
        integer(deliveredAt, 'when an entry was delivered'),
        uint64(deliveries, 'how often an entry was delivered'),
      ] as const;
    }),
  };
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineProblem(`${what} is no object`);
  return value as Fields; // an object, whatever is in it
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new LineProblem(`${what} is no list`);
  return value;
}

/** No key holds an empty collection. */
function filled(value: unknown): readonly unknown[] {
  const elements = list(value, '"value"');
  if (elements.length === 0) throw new LineProblem('"value" is empty, and no key holds nothing');
  return elements;
}

function tuple(value: unknown, length: number): readonly unknown[] {
  const parts = list(value, 'what should be a list of some parts');
  if (parts.length !== length)
    throw new LineProblem(`a list has ${String(parts.length)} parts where ${String(length)} are expected`);
  return parts;
}

function text(value: unknown, what: string): string {
  const found = fromJsonText(value);
  if (found === undefined) throw new LineProblem(`${what} is neither a text nor {"base64": ...}`);
  return found;
}

function plainText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new LineProblem(`${what} is no text`);
  return value;
}

function integer(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new LineProblem(`${what} is no integer`);
  return value;
}

function count(value: unknown, what: string): number {
  const number = integer(value, what);
  if (number < 0) throw new LineProblem(`${what} is negative`);
  return number;
}

function deadline(value: unknown, what: string): number {
  const at = integer(value, what);
  if (at <= 0) throw new LineProblem(`${what} is no moment: it counts milliseconds since 1970`);
  return at;
}

function uint64(value: unknown, what: string): number | string {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value;
  return count(value, what);
}

const SCORES: Partial<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, '-0': -0 };

function scoreOf(value: unknown): number {
  const score = typeof value === 'string' ? SCORES[value] : value;
  if (typeof score !== 'number') throw new LineProblem('a score is neither a number nor "inf", "-inf" or "-0"');
  return score;
}
