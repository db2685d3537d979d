import { LuaError, ScriptStopped } from '../../../../src/engine/scripting/lua/errors';
import { LuaRuntime } from '../../../../src/engine/scripting/lua/runtime';
import type { LuaValue } from '../../../../src/engine/scripting/lua/values';

/** The time a test gives a script is over. */
export class OutOfTime extends ScriptStopped {}

/** Milliseconds this process has computed: a busy machine does not make them pass. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs Lua without any Redis around it. @param limitMs of `processorTime`, ends it with `OutOfTime` */
export function runLua(source: string, limitMs = 5_000): LuaValue[] {
  const deadline = processorTime() + limitMs;
  const runtime = new LuaRuntime({
    checkBudget: () => {
      if (processorTime() > deadline) throw new OutOfTime('out of time');
    },
  });
  const environment = runtime.createEnvironment({});
  return runtime.run(runtime.compile(source, '@user_script', environment), () => undefined);
}

/** What a script raises, as text. */
export function luaError(source: string): string {
  try {
    runLua(source);
  } catch (error) {
    if (error instanceof LuaError && typeof error.value === 'string') return error.value;
    throw error;
  }
  throw new Error('the script did not fail');
}
