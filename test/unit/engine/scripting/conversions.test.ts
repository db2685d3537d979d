import { LuaTable } from '../../../../src/engine/scripting/lua/table';
import { luaToReply } from '../../../../src/engine/scripting/conversions';
import { ErrorReply, MapReply, type Reply } from '../../../../src/engine/protocol/reply';

const STACK_LIMIT = new ErrorReply('ERR reached lua stack limit');

/** A table that holds itself, as it stands (a list) or as a map. */
function endless(asMap: boolean): LuaTable {
  const table = new LuaTable();
  const inner = asMap ? new LuaTable() : table;
  if (asMap) table.setKey('map', inner);
  inner.set(1, table);
  return table;
}

/** What stands innermost, and how deep. */
function innermost(reply: Reply): { readonly depth: number; readonly reply: Reply | undefined } {
  let depth = 0;
  let current: Reply | undefined = reply;
  for (; Array.isArray(current) || current instanceof MapReply; depth++)
    current = current instanceof MapReply ? current.entries[1] : (current as readonly Reply[])[0];
  return { depth, reply: current };
}

/** Calls itself as deep as this JavaScript goes, then does `work` with so many parts of the stack in use. */
function withLittleStack(shares: readonly number[], work: () => unknown): unknown[] {
  let deepest = 0;
  const results: unknown[] = [];
  const descend = (depth: number): void => {
    try {
      descend(depth + 1);
    } catch (error) {
      if (deepest > 0) throw error;
      deepest = depth;
    }
    // At the very end there is not enough for a call of ours either.
    if (depth > deepest * 0.95) return;
    if (shares.some((share) => Math.floor(deepest * share) === depth)) results.push(work());
  };
  descend(1);
  return results;
}

describe('a result without end', () => {
  it.each([
    ['list', false],
    ['map', true],
  ])('is an error at some depth: a %s', (_, asMap) => {
    const { depth, reply } = innermost(luaToReply(endless(asMap), { resp: 3, version: '7.0' }));
    expect(depth).toBeLessThanOrEqual(2_000);
    expect(reply).toEqual(STACK_LIMIT);
  });

  it('is an error also where little of the stack is left', () => {
    // Somewhere on the way there is too little left for the conversion.
    const outcomes = withLittleStack(
      [0.3, 0.5, 0.7, 0.9],
      () => innermost(luaToReply(endless(false), { resp: 2, version: '7.0' })).reply,
    );
    expect(outcomes).toEqual([1, 2, 3, 4].map(() => STACK_LIMIT));
  });
});
