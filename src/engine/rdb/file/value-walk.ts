import { ENCODED, SHORT, type Window } from './window';

/** Finds the end of a value without taking it apart. It yields where more bytes are needed, and where the value can be cut. */
export type ValueWalk = Generator<'more' | 'cut', void, undefined>;

/** What a walk tells the reader, for cutting. */
export interface Cutting {
  /** Where the elements since the last cut begin, in the stream; undefined as long as the value cannot be cut. */
  elementsAt: number | undefined;
  /** How many elements there are since the last cut. */
  count: number;
  /** Bytes after which it is to be cut. */
  readonly after: number;
}

type Step = (window: Window) => boolean;

const string: Step = (window) => window.skipString();
const length: Step = (window) => window.length() !== SHORT;
const bytes =
  (count: number): Step =>
  (window) =>
    window.skip(count);

/** Scores before Redis 4 stood there as text: a length, of which some mean infinity or no number. */
const textScore: Step = (window) => {
  const { at } = window;
  const size = window.byte();
  if (size !== SHORT && window.skip(size > 252 ? 0 : size)) return true;
  window.at = at;
  return false;
};

/** What an element of a collection consists of, by RDB type byte. They can be cut between any two. */
const ELEMENTS: Partial<Record<number, readonly Step[]>> = {
  1: [string],
  2: [string],
  3: [string, textScore],
  4: [string, string],
  5: [string, bytes(8)],
  14: [string],
  18: [length, string],
};
/** Hashes whose fields have deadlines: a number of bytes before them, and what each consists of. */
const TIMED_FIELDS: Partial<Record<number, readonly [before: number, steps: readonly Step[]]>> = {
  22: [0, [length, string, string]],
  24: [8, [length, string, string]],
};
const ONE_STRING: ReadonlySet<number> = new Set([0, 9, 10, 11, 12, 13, 16, 17, 20, 23]);
const TIMED_LISTPACK = 25;
const STREAMS: ReadonlySet<number> = new Set([15, 19, 21]);
const STREAM_WITHOUT_COUNTERS = 15;
const STREAM_WITH_ACTIVE_TIMES = 21;
const MODULE = 7;

/** Types whose values cannot be taken in here, and what they are. */
export const REFUSED_TYPES: Partial<Record<number, string>> = {
  7: 'the value of a module',
  22: 'a hash whose fields have deadlines, as a release candidate of Redis 7.4 wrote it',
  23: 'a hash whose fields have deadlines, as a release candidate of Redis 7.4 wrote it',
};

/** A walk through the value of a type, which begins where the window stands; undefined when the type is not known. */
export function walkValue(type: number, window: Window, cutting: Cutting): ValueWalk | undefined {
  const element = ELEMENTS[type];
  if (element !== undefined) return collection(window, element, cutting);
  if (type === 0) return text(window, cutting);
  if (ONE_STRING.has(type)) return steps(window, [string]);
  if (STREAMS.has(type)) return stream(window, type);
  if (type === MODULE) return moduleValue(window);
  if (type === TIMED_LISTPACK) return steps(window, [bytes(8), string]);
  const timed = TIMED_FIELDS[type];
  return timed === undefined ? undefined : timedFields(window, ...timed);
}

/** Passes a value that is there as a whole. @returns false where it is not, or its type is out of the ordinary: then `walkValue` passes it */
export function skipValue(type: number, window: Window): boolean {
  if (type === 0 || ONE_STRING.has(type)) return window.skipString();
  const element = ELEMENTS[type];
  if (element === undefined) return STREAMS.has(type) && stream(window, type).next().done === true;
  const count = window.length();
  if (count === SHORT) return false;
  for (let left = count; left > 0; left--) for (const step of element) if (!step(window)) return false;
  return true;
}

function* steps(window: Window, list: readonly Step[]): ValueWalk {
  for (const step of list) while (!step(window)) yield 'more';
}

function* number(window: Window): Generator<'more', number, undefined> {
  for (;;) {
    const value = window.length();
    if (value !== SHORT) return value;
    yield 'more';
  }
}

function* collection(window: Window, element: readonly Step[], cutting: Cutting): ValueWalk {
  const count = yield* number(window);
  cutting.elementsAt = window.position;
  for (let left = count; left > 0; left--) {
    for (const step of element) while (!step(window)) yield 'more';
    cutting.count += 1;
    if (left > 1 && window.position - cutting.elementsAt > cutting.after) yield 'cut';
  }
}

/** A long text that is not compressed can be cut anywhere. */
function* text(window: Window, cutting: Cutting): ValueWalk {
  while (window.available === 0) yield 'more';
  const isPlain = (window.buffer[window.at] ?? 0) < ENCODED;
  let left = window.stringBody();
  for (; left === SHORT; left = window.stringBody()) yield 'more';
  if (isPlain) cutting.elementsAt = window.position;
  for (;;) {
    const piece = isPlain ? Math.min(left, cutting.after) : left;
    while (!window.skip(piece)) yield 'more';
    cutting.count = piece;
    left -= piece;
    if (left === 0) return;
    yield 'cut';
  }
}

function* stream(window: Window, type: number): ValueWalk {
  for (let left = yield* number(window); left > 0; left--) yield* steps(window, [string, string]);
  // Length and last id; then the first id, the greatest that was deleted, and how many were added.
  const counters = type === STREAM_WITHOUT_COUNTERS ? 3 : 8;
  for (let left = counters; left > 0; left--) yield* steps(window, [length]);
  for (let left = yield* number(window); left > 0; left--) yield* group(window, type);
}

function* group(window: Window, type: number): ValueWalk {
  yield* steps(window, [string, length, length]);
  if (type !== STREAM_WITHOUT_COUNTERS) yield* steps(window, [length]);
  for (let left = yield* number(window); left > 0; left--) yield* steps(window, [bytes(24), length]);
  for (let left = yield* number(window); left > 0; left--) {
    yield* steps(window, [string, bytes(type === STREAM_WITH_ACTIVE_TIMES ? 16 : 8)]);
    for (let pending = yield* number(window); pending > 0; pending--) yield* steps(window, [bytes(16)]);
  }
}

function* timedFields(window: Window, before: number, field: readonly Step[]): ValueWalk {
  yield* steps(window, [bytes(before)]);
  for (let left = yield* number(window); left > 0; left--) yield* steps(window, field);
}

/** What each part of a module's data consists of, by the number before it; 0 ends them. */
const MODULE_PARTS: Partial<Record<number, Step>> = { 1: length, 2: length, 3: bytes(4), 4: bytes(8), 5: string };

/** A module's value: its id, then parts that say what they are. */
function* moduleValue(window: Window): ValueWalk {
  yield* steps(window, [length]);
  yield* moduleParts(window);
}

/** The parts of a module's data. */
export function* moduleParts(window: Window): ValueWalk {
  for (let kind = yield* number(window); kind !== 0; kind = yield* number(window)) {
    const step = MODULE_PARTS[kind];
    if (step === undefined) throw window.damaged(`unknown part ${String(kind)} of a module's data`);
    yield* steps(window, [step]);
  }
}
