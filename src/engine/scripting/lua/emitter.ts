import { containsCall, everyCall, inferNumbers, isNumeric } from './analysis';
import type {
  BinaryOperator,
  CallExpression,
  Expression,
  FunctionBody,
  Statement,
  TableExpression,
  Target,
  Variable,
} from './ast';
import type { ChunkName, Site } from './errors';
import type { LuaTable } from './table';
import { cString, type LuaFunction, type LuaValue } from './values';

/** What the emitter must know of the global names. */
export interface GlobalNames {
  /** The table of globals; scripts cannot change it, so what it holds is bound when a chunk is compiled. */
  readonly table: LuaTable;
  /** Globals that differ from run to run (`KEYS`). */
  readonly dynamic: ReadonlySet<string>;
  /** The only globals a chunk's main function may use; all when not given. */
  readonly mainSees?: ReadonlySet<string>;
  /** Natives that return exactly one value, call nothing back and never look at the frames of their callers. */
  readonly plain: ReadonlySet<LuaFunction>;
  /** Natives that suspend the running coroutine. */
  readonly suspending: ReadonlySet<LuaFunction>;
  /** The `select` of the base library. */
  readonly select: LuaFunction;
}

/** A chunk as JavaScript: the body of a function with the parameters `H` (helpers), `K` (sites), `C` (constants). */
export interface EmittedChunk {
  readonly code: string;
  readonly sites: readonly Site[];
  readonly constants: readonly LuaValue[];
  /** The bytes of JavaScript stack that the largest function's frame is taken to need. */
  readonly frameSize: number;
}

/** Names of the helpers in generated code; `compile.ts` provides them under these names. */
export const HELPERS =
  'S E T V first all fn at method index indexKey setIndex setKey field list room finish add sub mul div mod pow minus len concat ' +
  'eq lt le forNumber noGlobal setGlobal next inext step legacyArg floor deep call tail';

const ARITHMETIC: Partial<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '^': 'pow',
};

const TICK = 'if (--S.budget < 0) S.check();';

/** The function being emitted. */
interface Frame {
  readonly parent: Frame | undefined;
  /** Keeps no record of its call: nothing it does could need one. */
  readonly isLeaf: boolean;
  readonly temporaries: string[];
  /** The sign of zero: Lua keeps one zero among a function's constants, whichever comes first. */
  zero: number | undefined;
}

/**
 * Turns the tree into JavaScript.
 *
 * One JavaScript function per Lua function, locals as locals. In the deep form functions are generators that hand each
 * call to a loop (`trampoline.ts`), so that neither nesting nor tail calls use JavaScript stack and coroutines can stop
 * anywhere; it is slower and used only where needed.
 */
export function emit(main: FunctionBody, chunk: ChunkName, names: GlobalNames, deep: boolean): EmittedChunk {
  inferNumbers(main);
  return new Emitter(chunk.shown, chunk.source, names, deep).chunk(main);
}

class Emitter {
  readonly #sites: Site[] = [];
  readonly #siteNames = new Map<string, string>();
  readonly #constants: LuaValue[] = [];
  readonly #constantNames = new Map<LuaValue, string>();
  readonly #functions = new Set<Variable>();
  #frame: Frame | undefined;
  #names = 0;
  #frameSize = 0;

  constructor(
    private readonly chunkName: string,
    private readonly source: string,
    private readonly globals: GlobalNames,
    private readonly deep: boolean,
  ) {}

  chunk(main: FunctionBody): EmittedChunk {
    const body = this.#function(main);
    const sites = this.#sites.map((_, i) => `K${String(i)} = K[${String(i)}]`);
    const constants = this.#constants.map((_, i) => `C${String(i)} = C[${String(i)}]`);
    const declared = [`{ ${HELPERS.split(' ').join(', ')} } = H`, ...sites, ...constants].join(', ');
    const code = `"use strict";\nconst ${declared};\nreturn ${body};`;
    return { code, sites: this.#sites, constants: this.#constants, frameSize: this.#frameSize };
  }

  // Names

  #site(line: number, what = '', right = ''): string {
    const key = `${String(line)} ${what} ${right}`;
    let name = this.#siteNames.get(key);
    if (name === undefined) {
      name = `K${String(this.#sites.length)}`;
      this.#sites.push({ chunk: this.chunkName, source: this.source, line, what, right });
      this.#siteNames.set(key, name);
    }
    return name;
  }

  #constant(value: LuaValue): string {
    let name = this.#constantNames.get(value);
    if (name === undefined) {
      name = `C${String(this.#constants.length)}`;
      this.#constants.push(value);
      this.#constantNames.set(value, name);
    }
    return name;
  }

  #fresh(prefix: string): string {
    return `${prefix}$$${String(++this.#names)}`;
  }

  /** A temporary of the running function. */
  #temporary(): string {
    const name = this.#fresh('t');
    this.#frame?.temporaries.push(name);
    return name;
  }

  // Functions

  #function(body: FunctionBody): string {
    const isLeaf = !this.deep && everyCall(body, (call) => this.#isPlainCall(call));
    const frame: Frame = { parent: this.#frame, isLeaf, temporaries: ['t'], zero: undefined };
    this.#frame = frame;
    const statements = this.#block(body.body);
    this.#frame = frame.parent;
    if (body.line !== 0)
      this.#frameSize = Math.max(this.#frameSize, 200 + 16 * (body.locals + frame.temporaries.length));
    const parameters = body.parameters.map(({ id }) => id);
    if (body.isVararg) parameters.push('...v');
    const arg =
      body.legacyArg === undefined ? '' : `let ${body.legacyArg.id}${body.usesVararg ? '' : ' = legacyArg(v)'};`;
    const enter = this.deep
      ? TICK
      : isLeaf
        ? ''
        : 'if (++S.depth > S.limit || --S.budget < 0) S.enter(); S.frames[S.depth] = S.at;';
    const leave = body.body.at(-1)?.kind === 'return' ? '' : `${this.#leave(frame)}return E;`;
    const text = `(${parameters.join(', ')}) {\n${enter} let ${frame.temporaries.join(', ')};${arg}\n${statements}${leave}\n}`;
    return this.deep ? `deep(function*${text})` : `function${text}`;
  }

  #leave(frame: Frame | undefined): string {
    return this.deep || frame?.isLeaf === true ? '' : 'S.depth--; ';
  }

  // Statements

  #block(statements: readonly Statement[]): string {
    return statements.map((statement) => this.#statement(statement)).join('');
  }

  #statement(statement: Statement): string {
    switch (statement.kind) {
      case 'localDeclaration':
        return this.#local(statement.variables, statement.values);
      case 'assignment':
        return this.#assignment(statement.targets, statement.values, statement.line);
      case 'callStatement':
        return `${this.#call(statement.call)};\n`;
      case 'block':
        return `{\n${this.#block(statement.body)}}\n`;
      case 'while':
        return `while (${this.#condition(statement.condition)}) { ${TICK}\n${this.#block(statement.body)}}\n`;
      case 'repeat':
        return this.#repeat(statement);
      case 'if':
        return this.#if(statement);
      case 'numericFor':
        return this.#numericFor(statement);
      case 'genericFor':
        return this.#genericFor(statement);
      case 'localFunction':
        return this.#localFunction(statement.variable, statement.body);
      case 'return':
        return this.#return(statement.values);
      case 'break':
        return 'break;\n';
    }
  }

  #repeat({ body, condition }: Statement & { kind: 'repeat' }): string {
    const endsEarly = body.at(-1)?.kind === 'return' || body.at(-1)?.kind === 'break';
    const test = endsEarly ? '' : `if (${this.#condition(condition)}) break;`;
    return `for (;;) { ${TICK}\n${this.#block(body)}${test} }\n`;
  }

  #if({ clauses, otherwise }: Statement & { kind: 'if' }): string {
    const branches = clauses.map(
      ({ condition, body }) => `if (${this.#condition(condition)}) {\n${this.#block(body)}}`,
    );
    const last = otherwise === undefined ? '' : ` else {\n${this.#block(otherwise)}}`;
    return `${branches.join(' else ')}${last}\n`;
  }

  #declare(variable: Variable): string {
    return variable.sources.length > 1 ? 'let' : 'const';
  }

  #local(variables: readonly Variable[], values: readonly Expression[]): string {
    const [variable] = variables;
    const [value] = values;
    if (variables.length === 1 && values.length === 1 && variable !== undefined && value !== undefined) {
      const text = this.#expression(value);
      if (value.kind === 'function' && variable.sources.length === 1) this.#functions.add(variable);
      return `${this.#declare(variable)} ${variable.id} = ${text};\n`;
    }
    const { setup, texts } = this.#spread(values, variables.length);
    return setup + variables.map((each, i) => `let ${each.id} = ${texts[i] ?? 'undefined'};\n`).join('');
  }

  #localFunction(variable: Variable, body: FunctionBody): string {
    if (variable.sources.length === 1) this.#functions.add(variable);
    return `${this.#declare(variable)} ${variable.id} = ${this.#function(body)};\n`;
  }

  /** Evaluates a list for `count` places, in order; `texts` may then be read in any order. */
  #spread(values: readonly Expression[], count: number): { setup: string; texts: string[] } {
    let setup = '';
    const texts: string[] = [];
    values.forEach((value, i) => {
      const isLast = i === values.length - 1;
      if (isLast && i < count - 1 && isMulti(value)) {
        const name = this.#fresh('r');
        setup += `const ${name} = ${this.#multi(value)};\n`;
        for (let j = i; j < count; j++) texts.push(`${name}[${String(j - i)}]`);
      } else if (i >= count) {
        setup += `${this.#expression(value)};\n`;
      } else {
        const name = this.#fresh('r');
        setup += `const ${name} = ${this.#expression(value)};\n`;
        texts.push(name);
      }
    });
    return { setup, texts };
  }

  #assignment(targets: readonly Target[], values: readonly Expression[], line: number): string {
    const [target] = targets;
    const [value] = values;
    if (targets.length === 1 && values.length === 1 && target !== undefined && value !== undefined) {
      return this.#store(target, this.#expression(value), line);
    }
    let places = '';
    const stores = targets.map((each): ((text: string) => string) => {
      if (each.kind !== 'index') return (text) => this.#store(each, text, line);
      const object = this.#fresh('o');
      const key = this.#fresh('k');
      places += `const ${object} = ${this.#expression(each.object)}, ${key} = ${this.#expression(each.key)};\n`;
      return (text) => `setIndex(${object}, ${key}, ${text}, ${this.#site(line, this.#describe(each.object))});\n`;
    });
    const { setup, texts } = this.#spread(values, targets.length);
    const written = stores.map((store, i) => store(texts[i] ?? 'undefined')).reverse();
    return `{ ${places}${setup}${written.join('')}}\n`;
  }

  #store(target: Target, text: string, line: number): string {
    switch (target.kind) {
      case 'local':
        return `${target.variable.id} = ${text};\n`;
      case 'global':
        return `setGlobal(${JSON.stringify(target.name)}, ${text}, ${this.#site(line)});\n`;
      case 'index': {
        const site = this.#site(target.line, this.#describe(target.object));
        const object = this.#expression(target.object);
        return target.key.kind === 'string'
          ? `setKey(${object}, ${JSON.stringify(target.key.value)}, ${text}, ${site});\n`
          : `setIndex(${object}, ${this.#expression(target.key)}, ${text}, ${site});\n`;
      }
    }
  }

  #numericFor({ variable, start, limit, step, body, line }: Statement & { kind: 'numericFor' }): string {
    const site = this.#site(line);
    const [i, end, by] = [this.#fresh('i'), this.#fresh('e'), this.#fresh('s')];
    const stepValue: Expression = step ?? { kind: 'number', value: 1 };
    const parts = [start, limit, stepValue].map((value) => this.#expression(value));
    const names = [i, end, by];
    const checks = [start, limit, stepValue]
      .map((value, n) =>
        isNumeric(value) ? '' : `${names[n] ?? ''} = forNumber(${names[n] ?? ''}, ${FOR_PARTS[n] ?? ''}, ${site}); `,
      )
      .join('');
    const literal = stepValue.kind === 'number' ? stepValue.value : undefined;
    // Lua steps back before the first round, which is visible with fractions.
    const isWhole = start.kind === 'number' && Number.isInteger(start.value) && Number.isInteger(literal);
    const begin = isWhole ? '' : `${i} = ${i} - ${by} + ${by};`;
    const test =
      literal === undefined
        ? `${by} > 0 ? ${i} <= ${end} : ${i} >= ${end}`
        : literal > 0
          ? `${i} <= ${end}`
          : `${i} >= ${end}`;
    const text = this.#block(body);
    return (
      `{ let ${i} = ${parts[0] ?? ''}, ${end} = ${parts[1] ?? ''}, ${by} = ${parts[2] ?? ''}; ${checks}${begin}\n` +
      `for (; ${test}; ${i} += ${literal === undefined ? by : `(${String(literal)})`}) { ${TICK} let ${variable.id} = ${i};\n${text}} }\n`
    );
  }

  #genericFor({ variables, values, body, line }: Statement & { kind: 'genericFor' }): string {
    const [f, s, c, r] = [this.#fresh('f'), this.#fresh('s'), this.#fresh('c'), this.#fresh('r')];
    const [key, value, ...others] = variables;
    const { setup, texts } = this.#spread(values, 3);
    const site = this.#site(line);
    const named = this.#site(line, "local '(for generator)'");
    const k = key?.id ?? '';
    const v = value?.id ?? this.#fresh('v');
    const call = this.deep
      ? `(call(${f}, ${site}, [${s}, ${c}]) ? yield : S.result)`
      : `at(fn(${f}, ${site}), ${named})(${s}, ${c})`;
    const rest = others.map(({ id }, i) => `${id} = ${r}[${String(i + 2)}];`).join(' ');
    const extra = others.length === 0 ? '' : `, ${others.map(({ id }) => id).join(', ')}`;
    return (
      `{ ${setup}let ${f} = ${texts[0] ?? 'undefined'}, ${s} = ${texts[1] ?? 'undefined'}, ${c} = ${texts[2] ?? 'undefined'};\n` +
      `for (;;) { ${TICK} let ${k}, ${v}${extra};\n` +
      `if (${f} === next && ${s} instanceof T) { ${k} = step(${s}, ${c}, ${named}); if (${k} === undefined) break; ${v} = ${s}.get(${k}); }\n` +
      `else if (${f} === inext && ${s} instanceof T) { ${k} = ${c} + 1; ${v} = ${s}.getNumber(${k}); if (${v} === undefined) break; }\n` +
      `else { const ${r} = all(${call}); ${k} = ${r}[0]; if (${k} === undefined) break; ${v} = ${r}[1]; ${rest} }\n` +
      `${c} = ${k};\n${this.#block(body)}} }\n`
    );
  }

  #return(values: readonly Expression[]): string {
    const leave = this.#leave(this.#frame);
    const [value] = values;
    if (value === undefined) return `${leave}return E;\n`;
    if (values.length > 1) return this.#leaveWith(leave, `[${this.#list(values)}]`, values.some(containsCall));
    if (value.kind === 'vararg') return `${leave}return v;\n`;
    if (value.kind !== 'call') return this.#leaveWith(leave, this.#expression(value), containsCall(value));
    if (this.deep && this.#staticFunction(value) === undefined) return `return ${this.#deepCall(value, 'tail')};\n`;
    return this.#leaveWith(leave, this.#call(value), true);
  }

  #leaveWith(leave: string, text: string, calls: boolean): string {
    return leave === '' || !calls ? `${leave}return ${text};\n` : `t = ${text}; ${leave}return t;\n`;
  }

  // Expressions

  /** JavaScript for exactly one value. */
  #expression(expression: Expression): string {
    switch (expression.kind) {
      case 'nil':
        return 'undefined';
      case 'true':
      case 'false':
        return expression.kind;
      case 'vararg':
        return 'v[0]';
      case 'number':
        return this.#number(expression.value);
      case 'string':
        return JSON.stringify(expression.value);
      case 'function':
        return this.#function(expression.body);
      case 'local':
        return expression.variable.id;
      case 'global':
        return this.#global(expression.name, expression.line);
      case 'index':
        return this.#index(expression);
      case 'call':
        return this.#isPlainCall(expression) ? this.#call(expression) : `first(${this.#call(expression)})`;
      case 'binary':
        return this.#binary(expression);
      case 'unary':
        return this.#unary(expression);
      case 'parenthesis':
        return this.#expression(expression.inner);
      case 'table':
        return this.#table(expression);
    }
  }

  #number(value: number): string {
    if (value !== value) return this.#constant(value);
    if (value === 0) {
      const zero = this.#frame === undefined ? value : (this.#frame.zero ??= value);
      return Object.is(zero, -0) ? '(-0)' : '0';
    }
    return value < 0 ? `(${String(value)})` : String(value);
  }

  /** JavaScript for all values of an expression that may have several: an array. */
  #multi(expression: Expression): string {
    return expression.kind === 'vararg'
      ? 'v'
      : `all(${expression.kind === 'call' ? this.#call(expression) : this.#expression(expression)})`;
  }

  /** A list whose last expression gives all its values; `last` wraps the last text. */
  #list(values: readonly Expression[], last: (text: string) => string = (text) => text): string {
    return values
      .map((value, i) => {
        if (i < values.length - 1) return this.#expression(value);
        return isMulti(value) ? `...${last(this.#multi(value))}` : last(this.#expression(value));
      })
      .join(', ');
  }

  #global(name: string, line: number): string {
    if (this.globals.dynamic.has(name)) return `V.${name}`;
    const value = this.#isHidden(name) ? undefined : this.globals.table.get(name);
    return value === undefined ? `noGlobal(${JSON.stringify(name)}, ${this.#site(line)})` : this.#constant(value);
  }

  #isHidden(name: string): boolean {
    return this.#frame?.parent === undefined && this.globals.mainSees?.has(name) === false;
  }

  /** What a name like `string.format` is bound to, when that can be known now. */
  #static(expression: Expression): LuaValue {
    if (expression.kind === 'global') {
      const { name } = expression;
      return this.globals.dynamic.has(name) || this.#isHidden(name) ? undefined : this.globals.table.get(name);
    }
    if (expression.kind !== 'index' || expression.key.kind !== 'string' || expression.object.kind !== 'global')
      return undefined;
    const table = this.#static(expression.object);
    return typeof table === 'object' && 'readonly' in table && table.readonly
      ? table.get(expression.key.value)
      : undefined;
  }

  #staticFunction(call: CallExpression): LuaFunction | undefined {
    if (call.method !== undefined) return undefined;
    const value = this.#static(call.callee);
    return typeof value === 'function' && !this.globals.suspending.has(value) ? value : undefined;
  }

  #isPlainCall(call: CallExpression): boolean {
    const callee = this.#staticFunction(call);
    return callee !== undefined && this.globals.plain.has(callee);
  }

  #index(expression: Expression & { kind: 'index' }): string {
    const known = this.#static(expression);
    if (known !== undefined) return this.#constant(known);
    const site = this.#site(expression.line, this.#describe(expression.object));
    const object = this.#expression(expression.object);
    return expression.key.kind === 'string'
      ? `indexKey(${object}, ${JSON.stringify(expression.key.value)}, ${site})`
      : `index(${object}, ${this.#expression(expression.key)}, ${site})`;
  }

  /** How Lua's messages name an expression. */
  #describe(expression: Expression): string {
    switch (expression.kind) {
      case 'local':
        return `${expression.upvalue ? 'upvalue' : 'local'} '${expression.variable.name}'`;
      case 'global':
        return `global '${expression.name}'`;
      case 'index':
        return `field '${expression.key.kind === 'string' ? cString(expression.key.value) : '?'}'`;
      case 'parenthesis':
        return this.#describe(expression.inner);
      case 'binary':
        return isKnownToGiveRight(expression) ? this.#describe(expression.right) : '';
      default:
        return '';
    }
  }

  // Calls

  /** JavaScript for a call, giving a `LuaResult`. */
  #call(call: CallExpression): string {
    const native = this.#staticFunction(call);
    if (native !== undefined) return this.#nativeCall(call, native);
    if (this.deep) return `(${this.#deepCall(call, 'call')} ? yield : S.result)`;
    const { callee, method, args, line } = call;
    // A call among the arguments moves `S.at`: it is put back after the last of them.
    const restores = args.some(containsCall);
    if (method !== undefined) {
      const site = this.#site(line, `method '${method}'`);
      const object = this.#site(line, this.#describe(callee));
      const list = this.#list(args, restores ? (text) => `at(${text}, ${site})` : undefined);
      const self = callee.kind === 'local' ? callee.variable.id : 't';
      const receiver = self === 't' ? `(t = ${this.#expression(callee)})` : self;
      return `method(${receiver}, ${JSON.stringify(method)}, ${site}, ${object})(${self}${list === '' ? '' : `, ${list}`})`;
    }
    const site = this.#site(line, this.#describe(callee));
    const list = this.#list(args, restores ? (text) => `at(${text}, ${site})` : undefined);
    if (callee.kind === 'local' && this.#functions.has(callee.variable)) {
      return restores ? `${callee.variable.id}(${list})` : `(S.at = ${site}, ${callee.variable.id}(${list}))`;
    }
    return `fn(${this.#expression(callee)}, ${site})(${list})`;
  }

  #nativeCall({ callee, args, line }: CallExpression, native: LuaFunction): string {
    const [head, tail] = args;
    if (
      native === this.globals.select &&
      args.length === 2 &&
      head?.kind === 'string' &&
      head.value === '#' &&
      tail?.kind === 'vararg'
    ) {
      return 'v.length';
    }
    const site = this.#site(line, this.#describe(callee));
    const name = this.#constant(native);
    if (args.some(containsCall)) return `${name}(${this.#list(args, (text) => `at(${text}, ${site})`)})`;
    return `(S.at = ${site}, ${name}(${this.#list(args)}))`;
  }

  #deepCall({ callee, method, args, line }: CallExpression, helper: 'call' | 'tail'): string {
    const list = this.#list(args);
    if (method === undefined) {
      return `${helper}(${this.#expression(callee)}, ${this.#site(line, this.#describe(callee))}, [${list}])`;
    }
    const site = this.#site(line, `method '${method}'`);
    const object = this.#site(line, this.#describe(callee));
    const self = this.#temporary();
    const found = `method(${self} = ${this.#expression(callee)}, ${JSON.stringify(method)}, ${site}, ${object})`;
    return `${helper}(${found}, ${site}, [${self}${list === '' ? '' : `, ${list}`}])`;
  }

  // Operators

  #binary({ operator, left, right, line }: Expression & { kind: 'binary' }): string {
    if (operator === 'and' || operator === 'or') return this.#logical(operator, left, right);
    const arithmetic = ARITHMETIC[operator];
    if (arithmetic !== undefined) return this.#arithmetic(operator, arithmetic, left, right, line);
    if (operator === '..') {
      return `concat(${this.#expression(left)}, ${this.#expression(right)}, ${this.#site(line, this.#describe(left), this.#describe(right))})`;
    }
    return this.#comparison(operator, left, right, line);
  }

  #logical(operator: 'and' | 'or', left: Expression, right: Expression): string {
    const a = this.#expression(left);
    const b = this.#expression(right);
    if (left.kind === 'local') {
      const isFalse = `${a} === undefined || ${a} === false`;
      return operator === 'and' ? `(${isFalse} ? ${a} : ${b})` : `(${isFalse} ? ${b} : ${a})`;
    }
    return operator === 'and'
      ? `((t = ${a}) === undefined || t === false ? t : ${b})`
      : `((t = ${a}) !== undefined && t !== false ? t : ${b})`;
  }

  #arithmetic(operator: BinaryOperator, helper: string, left: Expression, right: Expression, line: number): string {
    const a = this.#expression(left);
    const b = this.#expression(right);
    const canRepeat = isSimple(left) && isSimple(right);
    const native = nativeArithmetic(operator, a, b, canRepeat);
    if (isNumeric(left) && isNumeric(right)) return native;
    const slow = `${helper}(${a}, ${b}, ${this.#site(line, this.#describe(left), this.#describe(right))})`;
    if (!canRepeat) return slow;
    const checks = [left, right]
      .filter((side) => !isNumeric(side))
      .map((side) => `typeof ${this.#expression(side)} === "number"`);
    return `(${checks.join(' && ')} ? ${native} : ${slow})`;
  }

  #comparison(operator: BinaryOperator, left: Expression, right: Expression, line: number): string {
    const a = this.#expression(left);
    const b = this.#expression(right);
    if (operator === '==' || operator === '~=') {
      if (isLiteral(left) || isLiteral(right) || isNumeric(left) || isNumeric(right)) {
        return `(${a} ${operator === '==' ? '===' : '!=='} ${b})`;
      }
      return `${operator === '==' ? '' : '!'}eq(${a}, ${b}, ${this.#site(line)})`;
    }
    if (isNumeric(left) && isNumeric(right)) return `(${a} ${operator} ${b})`;
    const site = this.#site(line);
    // `a > b` is `b < a`, but the operands are still evaluated in the order they are written.
    const helper = operator.length === 2 ? 'le' : 'lt';
    const swapped = operator.startsWith('>');
    if (isSimple(left) && isSimple(right)) {
      const checks = [left, right]
        .filter((side) => !isNumeric(side))
        .map((side) => `typeof ${this.#expression(side)} === "number"`);
      const slow = swapped ? `${helper}(${b}, ${a}, ${site})` : `${helper}(${a}, ${b}, ${site})`;
      return `(${checks.join(' && ')} ? ${a} ${operator} ${b} : ${slow})`;
    }
    if (!swapped) return `${helper}(${a}, ${b}, ${site})`;
    if (isSimple(left) || isLiteral(left) || isSimple(right) || isLiteral(right))
      return `${helper}(${b}, ${a}, ${site})`;
    const name = this.#temporary();
    return `(${name} = ${a}, ${helper}(${b}, ${name}, ${site}))`;
  }

  #unary({ operator, operand, line }: Expression & { kind: 'unary' }): string {
    if (operator === 'not') return `!${this.#condition(operand)}`;
    const text = this.#expression(operand);
    const site = this.#site(line, this.#describe(operand));
    return operator === '#' ? `len(${text}, ${site})` : `minus(${text}, ${site})`;
  }

  /** JavaScript that is true or false as Lua sees the expression. */
  #condition(expression: Expression): string {
    switch (expression.kind) {
      case 'nil':
      case 'false':
        return 'false';
      case 'true':
      case 'number':
      case 'string':
        return 'true';
      case 'parenthesis':
        return this.#condition(expression.inner);
      case 'local': {
        const { id } = expression.variable;
        return `(${id} !== undefined && ${id} !== false)`;
      }
      case 'unary':
        if (expression.operator === 'not') return `!${this.#condition(expression.operand)}`;
        break;
      case 'binary':
        if (expression.operator === 'and')
          return `(${this.#condition(expression.left)} && ${this.#condition(expression.right)})`;
        if (expression.operator === 'or')
          return `(${this.#condition(expression.left)} || ${this.#condition(expression.right)})`;
        if (['==', '~=', '<', '<=', '>', '>='].includes(expression.operator)) return this.#binary(expression);
        break;
      default:
    }
    return `((t = ${this.#expression(expression)}) !== undefined && t !== false)`;
  }

  #table({ items, fields, line }: TableExpression): string {
    const last = items.at(-1);
    const known = last !== undefined && isMulti(last) ? items.length - 1 : items.length;
    if (fields.length === 0) {
      const text = `[${this.#list(items)}]`;
      return known < items.length || known >= ROUNDED_SIZES ? `list(${text}, ${String(known)})` : `new T(${text})`;
    }
    const table = this.#temporary();
    const list = items.length === 0 ? '' : this.#temporary();
    const steps = [`${table} = room(${String(known)}, ${String(fields.length)})`];
    if (list !== '') steps.push(`${list} = []`);
    let done = 0;
    const addItems = (upTo: number): void => {
      if (upTo > done)
        steps.push(
          `${list}.push(${this.#list(items.slice(done, upTo).map((item, i) => (done + i === items.length - 1 ? item : single(item))))})`,
        );
      done = upTo;
    };
    for (const { key, value, after } of fields) {
      addItems(after);
      steps.push(
        key.kind === 'string'
          ? `${table}.setKey(${JSON.stringify(key.value)}, ${this.#expression(value)})`
          : `field(${table}, ${this.#expression(key)}, ${this.#expression(value)}, ${this.#site(line)})`,
      );
    }
    addItems(items.length);
    steps.push(list === '' ? table : `finish(${table}, ${list})`);
    return `(${steps.join(', ')})`;
  }
}

/** From so many items on Lua makes room for a rounded number. */
const ROUNDED_SIZES = 16;

const FOR_PARTS = ['"initial value"', '"limit"', '"step"'];

/** Keeps an expression to one value where it is not the last of a list. */
function single(expression: Expression): Expression {
  return isMulti(expression) ? { kind: 'parenthesis', inner: expression } : expression;
}

function isMulti(expression: Expression): boolean {
  return expression.kind === 'call' || expression.kind === 'vararg';
}

/** Lua's compiler drops the left side of `and` and `or` where a constant decides; a comparison's jump hides it. */
function isKnownToGiveRight({ operator, left }: Expression & { kind: 'binary' }): boolean {
  if (operator === 'and') return left.kind === 'true' || left.kind === 'number' || left.kind === 'string';
  if (operator !== 'or') return false;
  if (left.kind === 'nil' || left.kind === 'false') return true;
  return left.kind === 'binary' && left.operator === 'and' && isComparison(left.left);
}

function isComparison(expression: Expression): boolean {
  return expression.kind === 'binary' && ['==', '~=', '<', '<=', '>', '>='].includes(expression.operator);
}

/** Cheap to repeat in the generated code, and without effects. */
function isSimple(expression: Expression): boolean {
  return expression.kind === 'local' || expression.kind === 'number';
}

/** Never equal to something else by a metamethod. */
function isLiteral({ kind }: Expression): boolean {
  return kind === 'nil' || kind === 'true' || kind === 'false' || kind === 'number' || kind === 'string';
}

function nativeArithmetic(operator: BinaryOperator, a: string, b: string, canRepeat: boolean): string {
  if (operator === '%' && canRepeat) return `(${a} - floor(${a} / ${b}) * ${b})`;
  if (operator === '%') return `mod.number(${a}, ${b})`;
  if (operator === '^') return `pow.number(${a}, ${b})`;
  return `(${a} ${operator} ${b})`;
}
