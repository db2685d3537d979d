import type { GlobalNames } from './emit-expressions';
import { emit, type EmittedChunk } from './emitter';
import { type ChunkName, LuaSyntaxError, position, raise, type Site } from './errors';
import { modulo, type Operations, power } from './operations';
import { parse } from './parser';
import { allocate } from './meter';
import type { LuaState } from './state';
import { constructorSize, LuaTable } from './table';
import type { Trampoline } from './trampoline';
import { all, first, type LuaFunction, type LuaValue, NOTHING } from './values';

/** The JavaScript stack that the fast form may use, in bytes of estimated frames: under half of V8's 984 KB. */
const STACK_BUDGET = 400_000;

/** What V8 keeps of the smallest chunk, of each byte of code (and its bytecode), each site and each constant, as measured. */
const FORM_BYTES = 2_500;
const CODE_FACTOR = 3;
const SITE_BYTES = 80;
const CONSTANT_BYTES = 16;

/** Source that is Lua, ready to become functions. */
export class CompiledChunk {
  readonly #forms = new Map<boolean, Form>();
  /** Frames of the fast form that fit its stack. */
  fastLimit = 0;
  /** Estimated bytes of what V8 keeps of it: the generated code, its functions, and the places it may fail at. */
  bytes = 0;

  /** @throws LuaSyntaxError */
  constructor(
    private readonly source: string,
    private readonly name: ChunkName,
    private readonly names: GlobalNames,
  ) {
    this.#form(false);
  }

  /** A main function of the chunk. Each time another one: scripts that get hold of it can tell. */
  instantiate(helpers: Helpers, deep: boolean): LuaFunction {
    const { emitted, create } = this.#form(deep);
    return create(helpers, emitted.sites, emitted.constants);
  }

  /**
   * The main function of a chunk that runs again and again in one environment. It keeps nothing of a run, and no script
   * gets hold of it; making it anew, with its hundreds of sites, took a twentieth of the time of a script.
   */
  main(helpers: Helpers, deep: boolean): LuaFunction {
    const form = this.#form(deep);
    return (form.main ??= this.instantiate(helpers, deep));
  }

  #form(deep: boolean): Form {
    let form = this.#forms.get(deep);
    if (form === undefined) {
      form = guarded(this.name.shown, () => {
        // The tree is not kept: it is far larger than the source, and few chunks need their second form.
        const emitted = emit(parse(this.source, this.name.shown), this.name, this.names, deep);
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- compiling is what this file is for; see emitter.ts
        return { emitted, create: new Function('H', 'K', 'C', emitted.code) as Creator };
      });
      this.#forms.set(deep, form);
      const { code, sites, constants } = form.emitted;
      this.bytes +=
        FORM_BYTES + CODE_FACTOR * code.length + SITE_BYTES * sites.length + CONSTANT_BYTES * constants.length;
      for (const constant of constants) if (typeof constant === 'string') this.bytes += constant.length;
      if (!deep) this.fastLimit = Math.min(4_000, Math.floor(STACK_BUDGET / Math.max(form.emitted.frameSize, 1)));
    }
    return form;
  }
}

/** What generated code calls; see `createHelpers`. */
type Helpers = Readonly<Record<string, unknown>>;

interface Form {
  readonly emitted: EmittedChunk;
  readonly create: Creator;
  main?: LuaFunction;
}

type Creator = (helpers: Helpers, sites: readonly Site[], constants: readonly LuaValue[]) => LuaFunction;

/** Source nested deeper than JavaScript's own parser can follow is refused as Lua refuses what nests too deep. */
function guarded<T>(chunk: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name === 'RangeError')
      throw new LuaSyntaxError(`${chunk}:1: chunk has too many syntax levels`);
    throw error;
  }
}

/** The helpers that generated code calls; names as in `HELPERS` of `emitter.ts`. */
export function createHelpers(
  state: LuaState,
  operations: Operations,
  trampoline: Trampoline,
  dynamicGlobals: Readonly<Record<string, LuaValue>>,
  iterators: { next: LuaFunction; inext: LuaFunction },
): Readonly<Record<string, unknown>> {
  const { callable, arithmetic } = operations;

  /** The function to call, with the call recorded. */
  function fn(value: LuaValue, site: Site): LuaFunction {
    state.at = site;
    return typeof value === 'function' ? value : callable(value, site);
  }

  function at(value: unknown, site: Site): unknown {
    state.at = site;
    return value;
  }

  function method(object: LuaValue, name: string, site: Site, objectSite: Site): LuaFunction {
    const value = operations.indexKey(object, name, objectSite);
    state.at = site;
    return typeof value === 'function' ? value : callable(value, site);
  }

  function step(table: LuaTable, key: LuaValue, site: Site): LuaValue {
    state.at = site;
    return state.nextKey(table, key);
  }

  function field(table: LuaTable, key: LuaValue, value: LuaValue, site: Site): void {
    operations.rawSet(table, key, value, site);
  }

  /** A table of the items of a constructor, of which `known` were written out and the others came from a call. */
  function list(items: LuaValue[], known: number): LuaTable {
    allocate(8 * items.length);
    state.consume(items.length >> 4);
    const size = Math.max(constructorSize(known), items.length);
    while (items.length < size) items.push(undefined);
    return new LuaTable(items);
  }

  /** An empty table with room for a constructor's items and fields. */
  function room(items: number, fields: number): LuaTable {
    allocate(8 * items + 64 * fields);
    state.consume((items + fields) >> 3);
    return new LuaTable(
      items === 0 ? [] : new Array<LuaValue>(constructorSize(items)).fill(undefined),
      constructorSize(fields),
    );
  }

  /** Puts the listed items of a constructor in a table that already has its fields. */
  function finish(table: LuaTable, items: LuaValue[]): LuaTable {
    table.setItems(items);
    return table;
  }

  const binary = (event: Parameters<typeof arithmetic>[0], compute: (a: number, b: number) => number) =>
    Object.assign(
      (a: LuaValue, b: LuaValue, site: Site): LuaValue =>
        typeof a === 'number' && typeof b === 'number' ? compute(a, b) : arithmetic(event, a, b, site),
      { number: compute },
    );

  return {
    S: state,
    E: NOTHING,
    T: LuaTable,
    V: dynamicGlobals,
    first,
    all,
    fn,
    at,
    method,
    index: operations.index,
    indexKey: operations.indexKey,
    setIndex: operations.setIndex,
    setKey: operations.setKey,
    field,
    list,
    room,
    finish,
    add: (a: LuaValue, b: LuaValue, site: Site) =>
      typeof a === 'number' && typeof b === 'number' ? a + b : arithmetic('__add', a, b, site),
    sub: (a: LuaValue, b: LuaValue, site: Site) =>
      typeof a === 'number' && typeof b === 'number' ? a - b : arithmetic('__sub', a, b, site),
    mul: (a: LuaValue, b: LuaValue, site: Site) =>
      typeof a === 'number' && typeof b === 'number' ? a * b : arithmetic('__mul', a, b, site),
    div: (a: LuaValue, b: LuaValue, site: Site) =>
      typeof a === 'number' && typeof b === 'number' ? a / b : arithmetic('__div', a, b, site),
    mod: binary('__mod', modulo),
    pow: binary('__pow', power),
    minus: operations.minus,
    len: operations.length,
    concat: operations.concat,
    eq: operations.equals,
    lt: operations.lessThan,
    le: operations.lessOrEqual,
    forNumber: operations.forNumber,
    noGlobal: (name: string, site: Site) =>
      raise(`${position(site)}Script attempted to access nonexistent global variable '${name}'`, site),
    setGlobal: (_name: string, _value: LuaValue, site: Site) =>
      raise(`${position(site)}Attempt to modify a readonly table`, site),
    next: iterators.next,
    inext: iterators.inext,
    step,
    legacyArg: (values: LuaValue[]) => {
      const table = new LuaTable(values.slice(), 1);
      table.setKey('n', values.length);
      return table;
    },
    floor: Math.floor,
    deep: trampoline.deep,
    call: trampoline.call,
    tail: trampoline.tail,
  };
}
