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

const nested = <T>(frames: number, work: () => T): T => (frames === 0 ? work() : nested(frames - 1, work));

describe('a result without end', () => {
  it.each([
    ['list', false],
    ['map', true],
  ])('is an error at some depth: a %s', (_, asMap) => {
    const { depth, reply } = innermost(luaToReply(endless(asMap), 3));
    expect(depth).toBeLessThanOrEqual(2_000);
    expect(reply).toEqual(STACK_LIMIT);
  });

  it('is an error also where little of the stack is left', () => {
    let most = 1_000;
    // As deep as this JavaScript goes, by steps: somewhere on the way there is too little left for the conversion.
    for (; ; most += 500) {
      try {
        nested(most, () => undefined);
      } catch {
        break;
      }
    }
    const outcomes = [0.3, 0.5, 0.7, 0.9].map((share) =>
      nested(Math.floor(most * share), () => innermost(luaToReply(endless(false), 2)).reply),
    );
    expect(outcomes).toEqual(outcomes.map(() => STACK_LIMIT));
  });
});
