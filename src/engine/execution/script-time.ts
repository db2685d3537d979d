import { stepsLeft } from '../scripting/lua/meter';

/** Steps of a script that take no longer than some microseconds. */
const FEW_STEPS = 50;

/**
 * When the commands of one script begin and end, on the clock of `performance.now()`. Scripts mostly run short commands one behind the
 * other, and a look at the clock takes as long as a part of one: where a script did little since its last command ended, the next one
 * began then.
 */
export class ScriptTime {
  #ended = 0;
  #stepsLeft = -1;

  /** A command begins. */
  begin(): number {
    const steps = this.#stepsLeft - stepsLeft();
    return steps >= 0 && steps <= FEW_STEPS ? this.#ended : performance.now();
  }

  /** It has ended. */
  end(time: number): void {
    this.#ended = time;
    this.#stepsLeft = stepsLeft();
  }
}
