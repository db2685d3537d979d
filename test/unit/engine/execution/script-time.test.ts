import { ScriptTime } from '../../../../src/engine/execution/script-time';
import { type Meter, runOn, stopMeter } from '../../../../src/engine/scripting/lua/meter';

afterEach(stopMeter);

/** A script that has so many steps left. */
function running(): { budget: number } {
  const meter = { budget: 10_000, consume: () => undefined, allocate: () => undefined };
  const outOfMemory: Meter['outOfMemory'] = () => {
    throw new Error('no script of this test needs memory');
  };
  const script = { ...meter, outOfMemory };
  runOn(script);
  return script;
}

describe('a command of a script', () => {
  it('began when the last one ended, when the script did next to nothing in between', () => {
    const script = running();
    const time = new ScriptTime();
    time.end(12.5);
    script.budget -= 20;
    expect(time.begin()).toBe(12.5);
  });

  it.each([
    ['the script worked in between', -1000],
    ['the script used up its steps, and was given new ones', 5000],
  ])('begins now when %s', (_, steps) => {
    const script = running();
    const time = new ScriptTime();
    time.end(-1);
    script.budget += steps;
    expect(time.begin()).toBeGreaterThan(0);
  });

  it('begins now when it is the first', () => {
    running();
    expect(new ScriptTime().begin()).toBeGreaterThan(0);
  });
});
