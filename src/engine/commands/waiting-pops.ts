import { Block } from '../command/answers';
import type { CommandContext } from '../execution/command-context';
import type { EffectLine } from '../effects/effect-log';
import { type Collection, type Kind, typeOf } from '../keyspace/entry';
import { NULL_ARRAY, plainText, type Reply } from '../protocol/reply';
import { blockingTimeout } from './blocking-timeout';

/** Whether a key that became ready holds what a command waits for; anything else leaves it waiting. */
export function holds(context: CommandContext, key: string, { type }: { readonly type: string }): boolean {
  const entry = context.lookup(key);
  return entry !== undefined && typeOf(entry.value) === type;
}

/**
 * BLPOP and its like: pops from the first key that has something, or waits until one has.
 * @param args the keys, then the timeout
 * @throws WRONGTYPE for a key before that one
 */
export function waitingPop<Value extends Collection, View>(
  context: CommandContext,
  args: readonly string[],
  kind: Kind<Value, View>,
  popFrom: (key: string) => Reply,
): Reply | Block {
  const keys = args.slice(0, -1);
  const timeout = blockingTimeout(context, args.at(-1) ?? '');
  const popReady = (): Reply | undefined => {
    const ready = keys.find((key) => context.peek(key, kind) !== undefined);
    return ready === undefined ? undefined : popFrom(ready);
  };
  // Since 7.2 the command runs again as a whole once one of its keys is ready.
  const again = (key: string) => {
    if (!holds(context, key, kind)) return undefined;
    return context.engine.version >= '7.2' ? popReady() : popFrom(key);
  };
  return popReady() ?? new Block(keys, timeout, NULL_ARRAY, again);
}

/**
 * BLMPOP and its like.
 * @param popFirst pops from the first of several keys that has something; undefined when none has
 */
export function waitingMultiplePop(
  context: CommandContext,
  keys: readonly string[],
  timeout: number,
  kind: { readonly type: string },
  popFirst: (keys: readonly string[]) => Reply | undefined,
): Reply | Block {
  const popped = popFirst(keys);
  if (popped !== undefined) return popped;
  return new Block(keys, timeout, NULL_ARRAY, (key) => {
    if (!holds(context, key, kind)) return undefined;
    return popFirst(context.engine.version >= '7.2' ? keys : [key]);
  });
}

/** A pop that was waited for is a plain one of the key that had something. */
export function popEffects(name: string, reply: Reply): readonly EffectLine[] {
  return Array.isArray(reply) ? [[name, plainText((reply as readonly Reply[])[0])]] : [];
}

/** And one of several is one of that key, of so many. */
export function multiplePopEffects(name: string, reply: Reply): readonly EffectLine[] {
  if (!Array.isArray(reply)) return [];
  const [key, popped] = reply as readonly Reply[];
  return [[name, plainText(key), String(Array.isArray(popped) ? popped.length : 0)]];
}
