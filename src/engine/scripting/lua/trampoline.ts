import { NATIVE, type Site } from './errors';
import type { Operations } from './operations';
import type { LuaState } from './state';
import { LuaTable } from './table';
import { type LuaFunction, type LuaResult, LuaThread, type LuaValue, NOTHING } from './values';

/** A deep-form function in the middle of its work. It yields when it wants a call made, and is resumed with the results. */
type Activation = Generator<undefined, LuaResult | TailCall, LuaResult>;

type Starter = (...args: LuaValue[]) => Activation;

/** A compiled function of the deep form: callable from native code, and startable as an activation. */
interface DeepFunction extends LuaFunction {
  readonly start?: Starter;
}

/** What a function returns to be replaced by the function it calls last. */
class TailCall {
  constructor(readonly activation: Activation) {}
}

/** A coroutine: the activations that are under way in it. */
export class Coroutine extends LuaThread {
  status: LuaThread['status'] = 'suspended';
  readonly activations: Activation[] = [];
  frames: Site[] = [];
  depth = 0;

  constructor(readonly body: LuaFunction) {
    super();
  }
}

const CANNOT_YIELD = 'attempt to yield across metamethod/C-call boundary';

/** The deep form at work. */
export interface Trampoline {
  /** Makes a function of the deep form. */
  deep: (start: Starter) => LuaFunction;
  /** Whether a function was made by `deep`. */
  isCompiled: (callee: LuaFunction) => boolean;
  /** Begins a call from deep-form code. True: yield, and be resumed with the results; false: they are in `state.result`. */
  call: (value: LuaValue, site: Site, args: LuaValue[]) => boolean;
  /** Begins a call in tail position; what it gives is returned. */
  tail: (value: LuaValue, site: Site, args: LuaValue[]) => LuaResult | TailCall;
  /** Continues a coroutine until it yields, returns or fails (then the error is thrown and the coroutine is dead). */
  resume: (coroutine: Coroutine, args: LuaValue[]) => LuaValue[];
  /** `coroutine.yield`. */
  yieldNative: LuaFunction;
  running: () => Coroutine | undefined;
}

/**
 * Runs deep-form code: a loop over a stack of generators, so that nesting costs heap, not JavaScript stack, a tail call
 * replaces its caller, and a coroutine is a stack that can be set aside.
 */
export function createTrampoline(state: LuaState, operations: Operations): Trampoline {
  /** The activation that a `call` wants started. */
  let wanted: Activation | undefined;
  /** What `coroutine.yield` was given; set while a suspension is on its way to the loop. */
  let yielded: LuaValue[] | undefined;
  let running: Coroutine | undefined;

  const startOf = (callee: DeepFunction): Starter | undefined => callee.start;

  /** Runs activations until the first of them returns, or until a coroutine is suspended (`undefined`). */
  function loop(activations: Activation[], input: LuaResult, canSuspend: boolean): { result: LuaResult } | undefined {
    let value = input;
    for (;;) {
      const top = activations.at(-1);
      if (top === undefined) return { result: value };
      const step = top.next(value);
      value = undefined;
      if (step.done !== true) {
        if (yielded !== undefined) {
          if (canSuspend) return undefined;
          yielded = undefined;
          state.failPlain(CANNOT_YIELD);
        }
        if (wanted !== undefined) push(activations, wanted);
        wanted = undefined;
      } else if (step.value instanceof TailCall) {
        activations[activations.length - 1] = step.value.activation;
      } else {
        activations.pop();
        state.depth--;
        value = step.value;
      }
    }
  }

  function push(activations: Activation[], activation: Activation): void {
    if (++state.depth > state.limit) state.enter();
    state.frames[state.depth] = state.at;
    activations.push(activation);
  }

  function deep(start: Starter): LuaFunction {
    const callee: LuaFunction = (...args) => {
      const activations: Activation[] = [];
      push(activations, start(...args));
      return loop(activations, undefined, false)?.result;
    };
    return Object.assign(callee, { start });
  }

  /** Resolves `__call`: the function to call, its first argument added to `args`. */
  function target(value: LuaValue, site: Site, args: LuaValue[]): DeepFunction {
    if (value instanceof LuaTable) {
      const handler = operations.metamethod(value, '__call');
      if (typeof handler === 'function') {
        args.unshift(value);
        return handler;
      }
    }
    return operations.callable(value, site);
  }

  function call(value: LuaValue, site: Site, args: LuaValue[]): boolean {
    const callee = target(value, site, args);
    state.at = site;
    const start = startOf(callee);
    if (start !== undefined) {
      wanted = start(...args);
      return true;
    }
    if (callee === yieldNative) {
      yielded = args;
      return true;
    }
    state.result = callee(...args);
    return false;
  }

  function tail(value: LuaValue, site: Site, args: LuaValue[]): LuaResult | TailCall {
    const callee = target(value, site, args);
    state.at = site;
    const start = startOf(callee);
    if (start !== undefined) return new TailCall(start(...args));
    return callee === yieldNative ? new TailCall(suspension(args)) : callee(...args);
  }

  function* suspension(args: LuaValue[]): Activation {
    yielded = args;
    return yield;
  }

  /** `coroutine.yield` called from native code, where nothing can be suspended. */
  const yieldNative: LuaFunction = () => state.failPlain(CANNOT_YIELD);

  function resume(coroutine: Coroutine, args: LuaValue[]): LuaValue[] {
    const outer = { running, frames: state.frames, depth: state.depth, at: state.at };
    if (outer.running !== undefined) outer.running.status = 'normal';
    coroutine.status = 'running';
    running = coroutine;
    state.frames = coroutine.frames;
    state.depth = coroutine.depth;
    let finished: { result: LuaResult } | undefined;
    coroutine.status = 'running';
    try {
      finished = begin(coroutine, args);
      coroutine.status = finished === undefined ? 'suspended' : 'dead';
    } finally {
      if (coroutine.status === 'running') coroutine.status = 'dead';
      coroutine.depth = state.depth;
      running = outer.running;
      if (running !== undefined) running.status = 'running';
      state.frames = outer.frames;
      state.depth = outer.depth;
      state.at = outer.at;
    }
    const results = finished === undefined ? yielded : finished.result;
    yielded = undefined;
    return Array.isArray(results) ? results : results === undefined && finished === undefined ? NOTHING : [results];
  }

  function begin(coroutine: Coroutine, args: LuaValue[]): { result: LuaResult } | undefined {
    const { activations, body } = coroutine;
    if (activations.length > 0) return loop(activations, args, true);
    const start = startOf(body);
    if (start === undefined) return { result: body(...args) };
    // Nobody called the body: error levels end here.
    state.at = NATIVE;
    push(activations, start(...args));
    return loop(activations, undefined, true);
  }

  return {
    deep,
    isCompiled: (callee: LuaFunction): boolean => startOf(callee) !== undefined,
    call,
    tail,
    resume,
    yieldNative,
    running: () => running,
  };
}
