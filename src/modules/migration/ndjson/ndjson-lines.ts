import { plainValue, type PlainValue } from '../../../engine/rdb/plain-value';
import type { MovedItem } from '../transfer';
import { type JsonText, toJsonText } from './text';

/** What the first line says. */
export const HEADER = { format: 'respite-ndjson', version: 1 } as const;

/** Elements, or bytes of a text, of one line at most; a value of more has several lines. */
const LINE_ELEMENTS = 10_000;
const LINE_BYTES = 1024 * 1024;

/** The first line. @param time when the data was like this, milliseconds since the epoch */
export function headerLine(time: number): string {
  return line({ ...HEADER, time });
}

/** The last line: without it the file was cut off. */
export function endLine(keys: number, functions: number): string {
  return line({ end: true, keys, functions });
}

/**
 * The lines of an item; see docs/reference/ndjson-format.md.
 * @throws RdbFormatError when the value makes no sense
 */
export function* linesOf(item: Exclude<MovedItem, { kind: 'refused' }>): Generator<string> {
  if (item.kind === 'function') {
    yield line({ function: toJsonText(item.source) });
    return;
  }
  const { db, key, expireAt, body } = item;
  const value = plainValue(body);
  const head = { db, key: toJsonText(key), type: value.type, ...(expireAt !== 0 && { ttl: expireAt }) };
  const isLastPart = item.kind === 'value' || item.last;
  const pieces = piecesOf(value);
  for (const [i, piece] of pieces.entries()) {
    const more = i < pieces.length - 1 || !isLastPart;
    yield line({ ...head, ...(more && { more: true }), value: piece });
  }
}

function line(content: object): string {
  return `${JSON.stringify(content)}\n`;
}

/** What stands for a value, in pieces that are not too large for a line. Streams are in one piece. */
function piecesOf(value: PlainValue): unknown[] {
  switch (value.type) {
    case 'string':
      return textPieces(value.value);
    case 'list':
    case 'set':
      return slices(value.elements, LINE_ELEMENTS, toJsonText, ({ length }) => length);
    case 'hash':
      return slices(
        pairs(value.pairs, value.deadlines),
        LINE_ELEMENTS,
        ([field, content, deadline]) => [toJsonText(field), toJsonText(content), ...(deadline === 0 ? [] : [deadline])],
        ([field, content]) => field.length + content.length,
      );
    case 'zset':
      return slices(
        value.members,
        LINE_ELEMENTS,
        ([name, score]) => [toJsonText(name), toJsonScore(score)],
        ([name]) => name.length,
      );
    case 'stream': {
      const { entries, lastId, maxDeletedId, entriesAdded, groups } = value;
      return [
        {
          entries: entries.map(([id, fields]) => [id, fields.map(toJsonText)]),
          lastId,
          maxDeletedId,
          entriesAdded,
          groups: groups.map((group) => ({
            name: toJsonText(group.name),
            lastId: group.lastId,
            entriesRead: group.entriesRead,
            consumers: group.consumers.map(([name, seenAt]) => [toJsonText(name), seenAt]),
            pending: group.pending.map(([id, consumer, at, deliveries]) => [id, toJsonText(consumer), at, deliveries]),
          })),
        },
      ];
    }
  }
}

function textPieces(text: string): JsonText[] {
  const whole = toJsonText(text);
  if (text.length <= LINE_BYTES) return [whole];
  const pieces = [];
  for (let at = 0; at < text.length; at += LINE_BYTES) pieces.push(toJsonText(text.slice(at, at + LINE_BYTES)));
  return pieces;
}

function slices<T>(elements: readonly T[], most: number, show: (element: T) => unknown, bytes: (element: T) => number) {
  const pieces: unknown[][] = [[]];
  let left = LINE_BYTES;
  for (const element of elements) {
    const piece = pieces.at(-1);
    left -= bytes(element);
    if (piece === undefined || piece.length >= most || (left < 0 && piece.length > 0)) {
      pieces.push([show(element)]);
      left = LINE_BYTES - bytes(element);
    } else piece.push(show(element));
  }
  return pieces;
}

function pairs(flat: readonly string[], deadlines: readonly number[] = []): (readonly [string, string, number])[] {
  return Array.from({ length: flat.length >> 1 }, (_, i) => {
    return [flat[i * 2] ?? '', flat[i * 2 + 1] ?? '', deadlines[i] ?? 0] as const;
  });
}

/** A score that JSON cannot hold is text. */
function toJsonScore(score: number): number | string {
  if (Math.abs(score) === Infinity) return score > 0 ? 'inf' : '-inf';
  return Object.is(score, -0) ? '-0' : score;
}
