import {
  chained,
  containsCall,
  isIndependentOf,
  isLiteral,
  isMulti,
  isNumeric,
  isReadLate,
  isSimple,
  mayCall,
  namedPart,
  numeral,
  single,
} from './analysis';
import type { BinaryOperator, CallExpression, Expression, FunctionBody, TableExpression, Variable } from './ast';
import type { ChunkName, Site } from './errors';
import { consume, LONG } from './meter';
import type { LuaTable } from './table';
import { cString } from '../../values/c-string';
import type { LuaFunction, LuaValue } from './values';

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

/** The function being emitted. */
export interface Frame {
  readonly parent: Frame | undefined;
  /** Keeps no record of its call: nothing it does could need one. */
  readonly isLeaf: boolean;
  readonly temporaries: string[];
  /** The sign of zero: Lua keeps one zero among a function's constants, whichever comes first. */
  zero: number | undefined;
}

const ARITHMETIC: Partial<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '^': 'pow',
};

/** What making code of a node costs. */
const NODE_STEPS = 16;

/** From so many items on Lua makes room for a rounded number. */
const ROUNDED_SIZES = 16;

/** Turns expressions into JavaScript. */
export abstract class ExpressionEmitter {
  readonly #sites: Site[] = [];
  readonly #siteNames = new Map<string, string>();
  readonly #constants: LuaValue[] = [];
  readonly #constantNames = new Map<LuaValue, string>();
  #names = 0;
  /** Locals that certainly hold one known function. */
  protected readonly functions = new Set<Variable>();
  protected frame: Frame | undefined;

  constructor(
    private readonly chunk: ChunkName,
    private readonly globals: GlobalNames,
    protected readonly deep: boolean,
  ) {}

  /** A function's JavaScript. */
  protected abstract function(body: FunctionBody): string;

  /** Sites and constants that the code so far refers to. */
  protected get references(): { readonly sites: readonly Site[]; readonly constants: readonly LuaValue[] } {
    return { sites: this.#sites, constants: this.#constants };
  }

  // Names

  protected site(line: number, what = '', right = ''): string {
    const key = `${String(line)} ${what} ${right}`;
    let name = this.#siteNames.get(key);
    if (name === undefined) {
      name = `K${String(this.#sites.length)}`;
      this.#sites.push({ chunk: this.chunk.shown, source: this.chunk.source, line, what, right });
      this.#siteNames.set(key, name);
    }
    return name;
  }

  protected constant(value: LuaValue): string {
    let name = this.#constantNames.get(value);
    if (name === undefined) {
      name = `C${String(this.#constants.length)}`;
      this.#constants.push(value);
      this.#constantNames.set(value, name);
    }
    return name;
  }

  protected fresh(prefix: string): string {
    return `${prefix}$$${String(++this.#names)}`;
  }

  /** A temporary of the running function. */
  protected temporary(): string {
    const name = this.fresh('t');
    this.frame?.temporaries.push(name);
    return name;
  }

  // Expressions

  /** JavaScript for exactly one value. */
  protected expression(expression: Expression): string {
    consume(NODE_STEPS);
    switch (expression.kind) {
      case 'nil':
        return 'undefined';
      case 'true':
      case 'false':
        return expression.kind;
      case 'vararg':
        return 'v[0]';
      case 'number':
        return this.number(expression.value);
      case 'string':
        // Not a long one: as a constant it stands in memory once, and V8 does not have to read it.
        return isShortText(expression) ? JSON.stringify(expression.value) : this.constant(expression.value);
      case 'function':
        return this.function(expression.body);
      case 'local':
        return expression.variable.id;
      case 'global':
        return this.global(expression.name, expression.line);
      case 'index':
        return this.index(expression);
      case 'call':
        return this.isPlainCall(expression) ? this.call(expression) : `first(${this.call(expression)})`;
      case 'binary':
        return this.binary(expression);
      case 'unary':
        return this.unary(expression);
      case 'parenthesis':
        return this.expression(expression.inner);
      case 'table':
        return this.table(expression);
    }
  }

  protected number(value: number): string {
    if (value !== value) return this.constant(value);
    if (value === 0) {
      const zero = this.frame === undefined ? value : (this.frame.zero ??= value);
      return Object.is(zero, -0) ? '(-0)' : '0';
    }
    return value < 0 ? `(${String(value)})` : String(value);
  }

  /** JavaScript for all values of an expression that may have several: an array. */
  protected multi(expression: Expression): string {
    return expression.kind === 'vararg'
      ? 'v'
      : `all(${expression.kind === 'call' ? this.call(expression) : this.expression(expression)})`;
  }

  /** A list whose last expression gives all its values; `last` wraps the last text. */
  protected list(values: readonly Expression[], last: (text: string) => string = (text) => text): string {
    return values
      .map((value, i) => {
        if (i < values.length - 1) return this.expression(value);
        return isMulti(value) ? `...${last(this.multi(value))}` : last(this.expression(value));
      })
      .join(', ');
  }

  protected global(name: string, line: number): string {
    if (this.globals.dynamic.has(name)) return `V.${name}`;
    const value = this.isHidden(name) ? undefined : this.globals.table.get(name);
    return value === undefined ? `noGlobal(${JSON.stringify(name)}, ${this.site(line)})` : this.constant(value);
  }

  protected isHidden(name: string): boolean {
    return this.frame?.parent === undefined && this.globals.mainSees?.has(name) === false;
  }

  /** What a name like `string.format` is bound to, when that can be known now. */
  protected static(expression: Expression): LuaValue {
    if (expression.kind === 'global') {
      const { name } = expression;
      return this.globals.dynamic.has(name) || this.isHidden(name) ? undefined : this.globals.table.get(name);
    }
    if (expression.kind !== 'index' || expression.key.kind !== 'string' || expression.object.kind !== 'global')
      return undefined;
    const table = this.static(expression.object);
    return typeof table === 'object' && 'readonly' in table && table.readonly
      ? table.get(expression.key.value)
      : undefined;
  }

  protected staticFunction(call: CallExpression): LuaFunction | undefined {
    if (call.method !== undefined) return undefined;
    const value = this.static(call.callee);
    return typeof value === 'function' && !this.globals.suspending.has(value) ? value : undefined;
  }

  protected isPlainCall(call: CallExpression): boolean {
    const callee = this.staticFunction(call);
    return callee !== undefined && this.globals.plain.has(callee);
  }

  protected index(expression: Expression & { kind: 'index' }): string {
    const known = this.static(expression);
    if (known !== undefined) return this.constant(known);
    const site = this.site(expression.line, this.describe(expression.object));
    const { key } = expression;
    if (isShortText(key))
      return `indexKey(${this.expression(expression.object)}, ${JSON.stringify(key.value)}, ${site})`;
    return this.withOperands(expression.object, key, (a, b) => `index(${a}, ${b}, ${site})`);
  }

  /** An operation on two values, evaluated from left to right, but locals only when the operation takes place. */
  protected withOperands(left: Expression, right: Expression, operation: (a: string, b: string) => string): string {
    const a = this.expression(left);
    const b = this.expression(right);
    if (!isReadLate(left) || !mayCall(right)) return operation(a, b);
    const name = this.temporary();
    return `(${name} = ${b}, ${operation(a, name)})`;
  }

  /** How Lua's messages name an expression. */
  protected describe(expression: Expression): string {
    switch (expression.kind) {
      case 'local':
        return `${expression.upvalue ? 'upvalue' : 'local'} '${expression.variable.name}'`;
      case 'global':
        return `global '${expression.name}'`;
      case 'index':
        return `field '${expression.key.kind === 'string' ? cString(expression.key.value) : '?'}'`;
      case 'parenthesis':
        return this.describe(expression.inner);
      case 'binary': {
        const part = namedPart(expression);
        return part === undefined || part === expression ? '' : this.describe(part);
      }
      default:
        return '';
    }
  }

  // Calls

  /** JavaScript for a call, giving a `LuaResult`. */
  protected call(call: CallExpression): string {
    const native = this.staticFunction(call);
    if (native !== undefined) return this.nativeCall(call, native);
    if (this.deep) return `(${this.deepCall(call, 'call')} ? yield : S.result)`;
    const { callee, method, args, line } = call;
    // What is called is translated before the arguments: the order of zeros among a function's constants is visible.
    const called = this.expression(callee);
    // A call among the arguments moves `S.at`: it is put back after the last of them.
    const restores = args.some(containsCall);
    if (method !== undefined) {
      const site = this.site(line, `method '${method}'`);
      const object = this.site(line, this.describe(callee));
      const list = this.list(args, restores ? (text) => `at(${text}, ${site})` : undefined);
      const self = callee.kind === 'local' ? callee.variable.id : 't';
      const receiver = self === 't' ? `(t = ${called})` : self;
      return `method(${receiver}, ${JSON.stringify(method)}, ${site}, ${object})(${self}${list === '' ? '' : `, ${list}`})`;
    }
    const site = this.site(line, this.describe(callee));
    const list = this.list(args, restores ? (text) => `at(${text}, ${site})` : undefined);
    if (callee.kind === 'local' && this.functions.has(callee.variable)) {
      return restores ? `${callee.variable.id}(${list})` : `(S.at = ${site}, ${callee.variable.id}(${list}))`;
    }
    return `fn(${called}, ${site})(${list})`;
  }

  protected nativeCall({ callee, args, line }: CallExpression, native: LuaFunction): string {
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
    const site = this.site(line, this.describe(callee));
    const name = this.constant(native);
    if (args.some(containsCall)) return `${name}(${this.list(args, (text) => `at(${text}, ${site})`)})`;
    return `(S.at = ${site}, ${name}(${this.list(args)}))`;
  }

  protected deepCall({ callee, method, args, line }: CallExpression, helper: 'call' | 'tail'): string {
    const called = this.expression(callee);
    const list = this.list(args);
    if (method === undefined) {
      return `${helper}(${called}, ${this.site(line, this.describe(callee))}, [${list}])`;
    }
    const site = this.site(line, `method '${method}'`);
    const object = this.site(line, this.describe(callee));
    const self = this.temporary();
    const found = `method(${self} = ${called}, ${JSON.stringify(method)}, ${site}, ${object})`;
    return `${helper}(${found}, ${site}, [${self}${list === '' ? '' : `, ${list}`}])`;
  }

  // Operators

  protected binary({ operator, left, right, line }: Expression & { kind: 'binary' }): string {
    if (operator === 'and' || operator === 'or') return this.logical(operator, left, right);
    const arithmetic = ARITHMETIC[operator];
    if (arithmetic !== undefined) return this.arithmetic(operator, arithmetic, left, right, line);
    if (operator === '..') return this.concatenation(left, right, line);
    return this.comparison(operator, left, right, line);
  }

  protected concatenation(left: Expression, right: Expression, line: number): string {
    // Lua joins a whole chain by one instruction, from its end: it has the line of the innermost, and what a metamethod gave
    // stands in the place of the part before it.
    const rest = chained(right);
    let last = line;
    for (let inner = rest; inner !== undefined; inner = chained(inner.right)) last = inner.line;
    const site = this.site(last, this.describe(left), this.describe(rest?.left ?? right));
    return `concat(${this.expression(left)}, ${this.expression(right)}, ${site})`;
  }

  protected logical(operator: 'and' | 'or', left: Expression, right: Expression): string {
    const a = this.expression(left);
    const b = this.expression(right);
    if (left.kind === 'local') {
      const isFalse = `${a} === undefined || ${a} === false`;
      return operator === 'and' ? `(${isFalse} ? ${a} : ${b})` : `(${isFalse} ? ${b} : ${a})`;
    }
    return operator === 'and'
      ? `((t = ${a}) === undefined || t === false ? t : ${b})`
      : `((t = ${a}) !== undefined && t !== false ? t : ${b})`;
  }

  protected arithmetic(
    operator: BinaryOperator,
    helper: string,
    left: Expression,
    right: Expression,
    line: number,
  ): string {
    const canRepeat = isSimple(left) && isSimple(right);
    const areNumbers = isNumeric(left) && isNumeric(right);
    const site = areNumbers ? '' : this.site(line, this.describe(left), this.describe(right));
    const operation = (a: string, b: string): string => {
      if (areNumbers) return nativeArithmetic(operator, a, b, canRepeat);
      const slow = `${helper}(${a}, ${b}, ${site})`;
      if (!canRepeat) return slow;
      const checks = [left, right]
        .filter((side) => !isNumeric(side))
        .map((side) => `typeof ${this.expression(side)} === "number"`);
      return `(${checks.join(' && ')} ? ${nativeArithmetic(operator, a, b, canRepeat)} : ${slow})`;
    };
    if (numeral(left) !== undefined) {
      // A number on the left becomes a constant of the function only after those on the right, which matters for zeros.
      const b = this.expression(right);
      return operation(this.expression(left), b);
    }
    return areNumbers
      ? operation(this.expression(left), this.expression(right))
      : this.withOperands(left, right, operation);
  }

  protected comparison(operator: BinaryOperator, left: Expression, right: Expression, line: number): string {
    if (operator === '==' || operator === '~=') return this.equality(operator, left, right, line);
    if (isNumeric(left) && isNumeric(right)) return `(${this.expression(left)} ${operator} ${this.expression(right)})`;
    const site = this.site(line);
    // `a > b` is `b < a`, but the operands are still evaluated in the order they are written.
    const helper = operator.length === 2 ? 'le' : 'lt';
    const isSwapped = operator.startsWith('>');
    const slow = (a: string, b: string): string =>
      isSwapped ? `${helper}(${b}, ${a}, ${site})` : `${helper}(${a}, ${b}, ${site})`;
    if (isSimple(left) && isSimple(right)) {
      const [a, b] = [this.expression(left), this.expression(right)];
      const checks = [left, right]
        .filter((side) => !isNumeric(side))
        .map((side) => `typeof ${this.expression(side)} === "number"`);
      return `(${checks.join(' && ')} ? ${a} ${operator} ${b} : ${slow(a, b)})`;
    }
    if (!isSwapped) return this.withOperands(left, right, slow);
    if (isReadLate(left) || isIndependentOf(left, right) || isIndependentOf(right, left))
      return slow(this.expression(left), this.expression(right));
    const name = this.temporary();
    return `(${name} = ${this.expression(left)}, ${slow(name, this.expression(right))})`;
  }

  protected equality(operator: '==' | '~=', left: Expression, right: Expression, line: number): string {
    if (isNative(left) || isNative(right)) {
      return this.withOperands(left, right, (a, b) => `(${a} ${operator === '==' ? '===' : '!=='} ${b})`);
    }
    const site = this.site(line);
    return (operator === '==' ? '' : '!') + this.withOperands(left, right, (a, b) => `eq(${a}, ${b}, ${site})`);
  }

  protected unary({ operator, operand, line }: Expression & { kind: 'unary' }): string {
    if (operator === 'not') return `!${this.condition(operand)}`;
    const text = this.expression(operand);
    const site = this.site(line, this.describe(operand));
    return operator === '#' ? `len(${text}, ${site})` : `minus(${text}, ${site})`;
  }

  /** JavaScript that is true or false as Lua sees the expression. */
  protected condition(expression: Expression): string {
    switch (expression.kind) {
      case 'nil':
      case 'false':
        return 'false';
      case 'true':
      case 'number':
      case 'string':
        return 'true';
      case 'parenthesis':
        return this.condition(expression.inner);
      case 'local': {
        const { id } = expression.variable;
        return `(${id} !== undefined && ${id} !== false)`;
      }
      case 'unary':
        if (expression.operator === 'not') return `!${this.condition(expression.operand)}`;
        break;
      case 'binary':
        if (expression.operator === 'and')
          return `(${this.condition(expression.left)} && ${this.condition(expression.right)})`;
        if (expression.operator === 'or')
          return `(${this.condition(expression.left)} || ${this.condition(expression.right)})`;
        if (['==', '~=', '<', '<=', '>', '>='].includes(expression.operator)) return this.binary(expression);
        break;
      default:
    }
    return `((t = ${this.expression(expression)}) !== undefined && t !== false)`;
  }

  protected table({ items, fields, line }: TableExpression): string {
    const last = items.at(-1);
    const known = last !== undefined && isMulti(last) ? items.length - 1 : items.length;
    if (fields.length === 0) {
      const text = `[${this.list(items)}]`;
      return known < items.length || known >= ROUNDED_SIZES ? `list(${text}, ${String(known)})` : `new T(${text})`;
    }
    const table = this.temporary();
    const list = items.length === 0 ? '' : this.temporary();
    const steps = [`${table} = room(${String(known)}, ${String(fields.length)})`];
    if (list !== '') steps.push(`${list} = []`);
    let done = 0;
    const addItems = (upTo: number): void => {
      if (upTo > done)
        steps.push(
          `${list}.push(${this.list(items.slice(done, upTo).map((item, i) => (done + i === items.length - 1 ? item : single(item))))})`,
        );
      done = upTo;
    };
    for (const { key, value, after } of fields) {
      addItems(after);
      steps.push(
        isShortText(key)
          ? `${table}.setKey(${JSON.stringify(key.value)}, ${this.expression(value)})`
          : this.withOperands(key, value, (a, b) => `field(${table}, ${a}, ${b}, ${this.site(line)})`),
      );
    }
    addItems(items.length);
    steps.push(list === '' ? table : `finish(${table}, ${list})`);
    return `(${steps.join(', ')})`;
  }
}

/** A string literal that costs nothing to compare or to look for. */
export function isShortText(expression: Expression): expression is Expression & { kind: 'string' } {
  return expression.kind === 'string' && expression.value.length < LONG;
}

/** What JavaScript compares as Lua does, in no time. */
function isNative(expression: Expression): boolean {
  return isNumeric(expression) || (expression.kind === 'string' ? isShortText(expression) : isLiteral(expression));
}

function nativeArithmetic(operator: BinaryOperator, a: string, b: string, canRepeat: boolean): string {
  if (operator === '%' && canRepeat) return `(${a} - floor(${a} / ${b}) * ${b})`;
  if (operator === '%') return `mod.number(${a}, ${b})`;
  if (operator === '^') return `pow.number(${a}, ${b})`;
  return `(${a} ${operator} ${b})`;
}
