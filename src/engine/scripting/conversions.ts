import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  NullArray,
  PushReply,
  type Reply,
  SetReply,
  Status,
  VerbatimReply,
} from '../protocol/reply';
import { formatShortest } from '../protocol/format-double';
import type { RedisVersion } from '../redis-version';
import { formatG, numberToString } from './lua/number-text';
import { LuaTable } from './lua/table';
import { allocate, consume, LONG } from './lua/meter';
import { mapSlices, read, sent, stored } from './lua/texts';
import { cString } from '../values/c-string';
import type { LuaValue } from './lua/values';

/** A command's reply as a script sees it. */
export function replyToLua(reply: Reply, resp: 2 | 3): LuaValue {
  switch (typeof reply) {
    case 'string':
      if (reply.length >= LONG) read(reply);
      return reply;
    case 'number':
      return reply;
    case 'bigint':
      return Number(reply);
    default:
  }
  if (reply === null || reply instanceof NullArray) return resp === 3 ? undefined : false;
  if (reply instanceof Status) return record('ok', reply.text);
  if (reply instanceof ErrorReply) return record('err', reply.text);
  if (Array.isArray(reply)) return listToLua(reply as readonly Reply[], resp); // `Array.isArray` forgets `readonly`
  if (reply instanceof AttributeReply) return replyToLua(reply.reply, resp);
  return resp === 3 ? typedToLua(reply as TypedReply) : plainToLua(reply as TypedReply); // all others are above
}

type TypedReply = MapReply | SetReply | DoubleReply | BooleanReply | VerbatimReply | BigNumberReply | PushReply;

/** RESP2's view of RESP3's types. */
function plainToLua(reply: TypedReply): LuaValue {
  if (reply instanceof MapReply) return listToLua(reply.entries, 2);
  if (reply instanceof SetReply || reply instanceof PushReply) return listToLua(reply.items, 2);
  if (reply instanceof BooleanReply) return reply.value ? 1 : 0;
  return reply instanceof BigNumberReply ? reply.digits : reply.text;
}

function typedToLua(reply: TypedReply): LuaValue {
  if (reply instanceof MapReply) {
    const map = new LuaTable();
    for (let i = 0; i + 1 < reply.entries.length; i += 2) {
      const key = replyToLua(reply.entries[i] ?? null, 3);
      if (key !== undefined) map.set(key, replyToLua(reply.entries[i + 1] ?? null, 3));
    }
    return record('map', map);
  }
  if (reply instanceof SetReply) {
    const set = new LuaTable();
    for (const item of reply.items) {
      const key = replyToLua(item, 3);
      if (key !== undefined) set.set(key, true);
    }
    return record('set', set);
  }
  if (reply instanceof DoubleReply) return record('double', reply.value);
  if (reply instanceof BooleanReply) return reply.value;
  if (reply instanceof BigNumberReply) return record('big_number', reply.digits);
  if (reply instanceof PushReply) return listToLua(reply.items, 3);
  const verbatim = record('string', reply.text);
  verbatim.setKey('format', reply.format);
  return record('verbatim_string', verbatim);
}

function listToLua(items: readonly Reply[], resp: 2 | 3): LuaTable {
  consume(items.length);
  return new LuaTable(items.map((item) => replyToLua(item, resp)));
}

function record(name: string, value: LuaValue): LuaTable {
  const table = new LuaTable([], 1);
  table.setKey(name, value);
  return table;
}

/** What decides what a script's result becomes. */
export interface ReplyForm {
  /** The protocol the script set with `redis.setresp`: of booleans. */
  readonly resp: 2 | 3;
  /** Of doubles. */
  readonly version: RedisVersion;
}

/** A script's result as a reply. */
export function luaToReply(value: LuaValue, form: ReplyForm): Reply {
  try {
    return valueToReply(value, form, 0);
  } catch (failure) {
    // Called from deep within an application, JavaScript's stack may end before Lua's would.
    if (failure instanceof RangeError) return STACK_LIMIT;
    throw failure;
  }
}

function valueToReply(value: LuaValue, form: ReplyForm, depth: number): Reply {
  switch (typeof value) {
    case 'string':
      return stored(value);
    case 'number':
      return toInteger(value);
    case 'boolean':
      if (form.resp === 3) return new BooleanReply(value);
      return value ? 1 : null;
    default:
      return value instanceof LuaTable ? tableToReply(value, form, depth + 1) : null;
  }
}

/** Marks error tables of failed commands: the failure has been counted already. */
export const COUNTED = 'ignore_error_stats_update';

/** What a list of a reply costs, and each of its items. */
const TABLE_STEPS = 16;
const TABLE_BYTES = 64;
const ITEM_BYTES = 16;

/** A table nested deeper than this is an error in Redis as well: its Lua stack is full. */
const MAX_DEPTH = 2_000;
const STACK_LIMIT = new ErrorReply('ERR reached lua stack limit');

function tableToReply(table: LuaTable, form: ReplyForm, depth: number): Reply {
  if (depth > MAX_DEPTH) return STACK_LIMIT;
  // Tables that share others are small, and their reply has all of them in every place.
  consume(TABLE_STEPS);
  allocate(TABLE_BYTES);
  const error = table.getKey('err');
  if (typeof error === 'string') return new ErrorReply(cString(sent(error)), table.getKey(COUNTED) === true);
  const status = table.getKey('ok');
  if (typeof status === 'string') return new Status(oneLine(cString(sent(status))));
  const double = table.getKey('double');
  if (typeof double === 'number') return new DoubleReply(double, doubleText(double, form.version));
  const map = table.getKey('map');
  if (map instanceof LuaTable) return new MapReply(nodesToReplies(map, form, depth, true));
  const set = table.getKey('set');
  if (set instanceof LuaTable) return new SetReply(nodesToReplies(set, form, depth, false));
  const digits = table.getKey('big_number');
  if (typeof digits === 'string') return new BigNumberReply(oneLine(digits));
  return verbatimReply(table.getKey('verbatim_string')) ?? listToReply(table, form, depth);
}

function verbatimReply(verbatim: LuaValue): Reply | undefined {
  if (!(verbatim instanceof LuaTable)) return undefined;
  const format = verbatim.getKey('format');
  const text = verbatim.getKey('string');
  return typeof format === 'string' && typeof text === 'string'
    ? new VerbatimReply(format.slice(0, 3), text)
    : undefined;
}

/** The elements up to the first nil. */
function listToReply(table: LuaTable, form: ReplyForm, depth: number): Reply[] {
  const items: Reply[] = [];
  for (let i = 1; ; i++) {
    const item = table.getNumber(i);
    if (item === undefined) return items;
    consume(1);
    allocate(ITEM_BYTES);
    items.push(valueToReply(item, form, depth));
  }
}

/** The keys of a table, each followed by its value if `paired`. A plain loop: every frame less is more depth. */
function nodesToReplies(table: LuaTable, form: ReplyForm, depth: number, paired: boolean): Reply[] {
  const replies: Reply[] = [];
  for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
    consume(2);
    allocate(2 * ITEM_BYTES);
    replies.push(valueToReply(key, form, depth));
    if (paired) replies.push(valueToReply(table.get(key), form, depth));
  }
  return replies;
}

/** C's conversion to a 64-bit integer on x86-64: cut, and what does not fit becomes the smallest. */
function toInteger(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(1n << 63n);
}

/** Status replies are one line. */
function oneLine(text: string): string {
  return mapSlices(text, (slice) => slice.replace(/[\r\n]/g, ' '));
}

/** A command argument: strings as they are, whole numbers without a fraction, others with the digits that doubles have. */
export function toArgument(value: LuaValue, version: RedisVersion): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return undefined;
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (version < '7.2' || Number.isNaN(value)) return formatG(value, 17, false);
  return value === 0 ? '0' : formatShortest(value);
}

function doubleText(value: number, version: RedisVersion): string {
  return version < '7.2' ? formatG(value, 17, false) : formatShortest(value);
}

/** A value's text where C would take it for a string; nothing for others. */
export function asText(value: LuaValue): string | undefined {
  return typeof value === 'number' ? numberToString(value) : typeof value === 'string' ? value : undefined;
}
