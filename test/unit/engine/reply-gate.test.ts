import { type Held, ReplyGate } from '../../../src/engine/effects/reply-gate';

/** A gate, and what left by it. */
function gateWithLog() {
  const gate = new ReplyGate();
  const left: string[] = [];
  const held = (name: string): Held => ({
    leave: () => left.push(name),
    fail: (text) => left.push(`${name}: ${text}`),
  });
  return { gate, held, left };
}

it('is open until something is not synced', () => {
  const { gate } = gateWithLog();
  expect(gate.closed).toBe(false);
  gate.close();
  expect(gate.closed).toBe(true);
});

it('changes of one frame have one number; advance begins the next with the next change', () => {
  const { gate } = gateWithLog();
  const numbers = [gate.close(), gate.close()];
  gate.advance();
  numbers.push(gate.close(), gate.close());
  expect(numbers).toEqual([1, 1, 2, 2]);
});

it('what is held leaves in order once its frame is synced', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  for (const name of ['a', 'b', 'c']) gate.hold(held(name));
  expect(left).toEqual([]);
  gate.open(1);
  expect(left).toEqual(['a', 'b', 'c']);
  expect(gate.closed).toBe(false);
});

it('what tells of later frames stays', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  gate.hold(held('first'));
  gate.advance();
  gate.hold(held('reads the first frame'));
  gate.close();
  gate.hold(held('second'));
  gate.open(1);
  expect(left).toEqual(['first', 'reads the first frame']);
  expect(gate.closed).toBe(true);
  gate.open(2);
  expect(left).toEqual(['first', 'reads the first frame', 'second']);
  expect(gate.closed).toBe(false);
});

it('frames may be synced several at once, and be told of late', () => {
  const { gate, held, left } = gateWithLog();
  for (const name of ['a', 'b']) {
    gate.close();
    gate.hold(held(name));
    gate.advance();
  }
  gate.open(2);
  gate.open(1);
  expect(left).toEqual(['a', 'b']);
  expect(gate.closed).toBe(false);
});

it('a frame that is synced takes no more changes, nor does a number that was not given yet', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  gate.open(7);
  expect(gate.close()).toBe(2);
  gate.hold(held('a'));
  expect(left).toEqual([]);
});

it('a place taken before comes before what was held since', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  gate.hold(held('earlier'));
  const { place } = gate;
  gate.hold(held('message'));
  gate.hold(held('other message'));
  gate.hold(held('reply'), place);
  gate.open(1);
  expect(left).toEqual(['earlier', 'reply', 'message', 'other message']);
});

it('a place whose successors have left already is the first', () => {
  const { gate, held, left } = gateWithLog();
  const { place } = gate;
  gate.close();
  gate.hold(held('gone'));
  gate.open(1);
  gate.close();
  gate.hold(held('message'));
  gate.hold(held('reply'), place);
  gate.open(2);
  expect(left).toEqual(['gone', 'reply', 'message']);
});

it('nothing leaves before what is ahead of it, though it tells of an earlier frame', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  const { place } = gate;
  gate.hold(held('message'));
  gate.advance();
  gate.close();
  gate.hold(held('reply'), place);
  gate.open(1);
  expect(left).toEqual([]);
  gate.open(2);
  expect(left).toEqual(['reply', 'message']);
});

describe('while a command runs', () => {
  it('everything is held, and leaves at its end when nothing changed', () => {
    const { gate, held, left } = gateWithLog();
    gate.enter();
    gate.hold(held('a'));
    gate.enter();
    gate.hold(held('b'));
    gate.leave();
    expect(left).toEqual([]);
    gate.leave();
    expect(left).toEqual(['a', 'b']);
    expect(gate.closed).toBe(false);
  });

  it('what left before the change is known stays with it', () => {
    const { gate, held, left } = gateWithLog();
    gate.enter();
    gate.hold(held('message'));
    gate.close();
    gate.leave();
    expect(left).toEqual([]);
    gate.open(1);
    expect(left).toEqual(['message']);
  });

  it('what it says of an earlier frame leaves with that frame', () => {
    const { gate, held, left } = gateWithLog();
    gate.close();
    gate.advance();
    gate.enter();
    gate.hold(held('read'));
    gate.leave();
    expect(left).toEqual([]);
    gate.open(1);
    expect(left).toEqual(['read']);
  });
});

it('what is held while others leave comes behind them', () => {
  const { gate, held, left } = gateWithLog();
  gate.close();
  gate.hold({ leave: () => (gate.hold(held('from within')), left.push('a')), fail: () => undefined });
  gate.hold(held('b'));
  gate.open(1);
  expect(left).toEqual(['a', 'b', 'from within']);
});

describe('when it fails', () => {
  it('everything held is told, of later frames too, and it is open', () => {
    const { gate, held, left } = gateWithLog();
    gate.close();
    gate.hold(held('a'));
    gate.advance();
    gate.close();
    gate.hold(held('b'));
    gate.fail('MISCONF no');
    expect(left).toEqual(['a: MISCONF no', 'b: MISCONF no']);
    expect(gate.closed).toBe(false);
  });

  it('what comes afterwards begins anew', () => {
    const { gate, held, left } = gateWithLog();
    gate.close();
    gate.fail('MISCONF no');
    gate.open(1);
    expect(gate.close()).toBe(2);
    gate.hold(held('a'));
    expect(left).toEqual([]);
    gate.open(2);
    expect(left).toEqual(['a']);
  });
});
