import type { BinaryOperator, CallExpression, Expression, FunctionBody, TableExpression, Target } from './ast';
import { numeral } from './analysis';
import { modulo, power } from './operations';
import { ScopeParser } from './parse-scopes';

/** Binding power of each operator to its left and right; `..` and `^` bind to the right. */
const PRIORITY: Readonly<Record<BinaryOperator, readonly [left: number, right: number]>> = {
  or: [1, 1],
  and: [2, 2],
  '<': [3, 3],
  '>': [3, 3],
  '<=': [3, 3],
  '>=': [3, 3],
  '~=': [3, 3],
  '==': [3, 3],
  '..': [5, 4],
  '+': [6, 6],
  '-': [6, 6],
  '*': [7, 7],
  '/': [7, 7],
  '%': [7, 7],
  '^': [10, 9],
};
const UNARY_PRIORITY = 8;

const isBinaryOperator = (kind: string): kind is BinaryOperator => Object.hasOwn(PRIORITY, kind);

/** Parses expressions. */
export abstract class ExpressionParser extends ScopeParser {
  /** A function's parameters and body. */
  protected abstract function(isMethod: boolean, line: number): FunctionBody;

  protected expressions(): Expression[] {
    let last = this.expression();
    const list = [last];
    while (this.accept(',')) {
      this.read(last);
      list.push((last = this.expression()));
    }
    return list;
  }

  /**
   * Lua's compiler puts off the instruction that reads a field or a global until it needs the value: messages show the line
   * that it has read up to by then. To be called where it has read further than the expression itself.
   */
  protected read(expression: Expression): void {
    if (expression.kind === 'index' || expression.kind === 'global') expression.line = this.lexer.lastLine;
  }

  protected expression(limit = 0): Expression {
    this.enter();
    let left = this.unary();
    for (;;) {
      const operator = this.lexer.kind;
      if (!isBinaryOperator(operator)) break;
      const [toLeft, toRight] = PRIORITY[operator];
      if (toLeft <= limit) break;
      this.lexer.next();
      this.read(left);
      const right = this.expression(toRight);
      left = folded(operator, left, right) ?? { kind: 'binary', operator, left, right, line: this.lexer.lastLine };
    }
    this.leave();
    return left;
  }

  protected unary(): Expression {
    const operator = this.lexer.kind;
    if (operator !== 'not' && operator !== '-' && operator !== '#') return this.simple();
    this.lexer.next();
    const operand = this.expression(UNARY_PRIORITY);
    const value = operator === '-' ? numeral(operand) : undefined;
    if (value !== undefined) return { kind: 'number', value: -value };
    const opposite = operator === 'not' ? inverted(operand) : undefined;
    if (opposite !== undefined) return { kind: opposite };
    return { kind: 'unary', operator, operand, line: this.lexer.lastLine };
  }

  protected simple(): Expression {
    const lexer = this.lexer;
    switch (lexer.kind) {
      case '<number>': {
        const value = lexer.number;
        lexer.next();
        return { kind: 'number', value };
      }
      case '<string>':
        return this.string();
      case 'nil':
      case 'true':
      case 'false': {
        const kind = lexer.kind;
        lexer.next();
        return { kind };
      }
      case '...':
        if (!this.current.body.isVararg) lexer.fail("cannot use '...' outside a vararg function");
        this.current.body.usesVararg = true;
        lexer.next();
        return { kind: 'vararg' };
      case '{':
        return this.table();
      case 'function': {
        lexer.next();
        return { kind: 'function', body: this.function(false, lexer.line) };
      }
      default:
        return this.suffixed();
    }
  }

  protected string(): Expression {
    const value = this.lexer.text;
    this.lexer.next();
    return { kind: 'string', value };
  }

  protected prefix(): Expression {
    const line = this.lexer.line;
    if (this.lexer.kind === '(') {
      this.lexer.next();
      const inner = this.expression();
      this.expectMatch(')', '(', line);
      this.read(inner);
      return { kind: 'parenthesis', inner };
    }
    if (this.lexer.kind === '<name>') return this.resolve(this.name(), line);
    return this.lexer.fail('unexpected symbol');
  }

  protected suffixed(): Expression {
    let expression = this.prefix();
    for (;;) {
      switch (this.lexer.kind) {
        case '.':
          this.lexer.next();
          expression = this.field(expression, this.name());
          break;
        case '[': {
          this.lexer.next();
          const key = literalKey(this.expression());
          this.expect(']');
          expression = { kind: 'index', object: expression, key, line: this.lexer.lastLine };
          break;
        }
        case ':': {
          this.lexer.next();
          const method = this.name();
          this.read(expression);
          expression = this.call(expression, method);
          break;
        }
        case '(':
        case '{':
        case '<string>':
          expression = this.call(expression, undefined);
          break;
        default:
          return expression;
      }
    }
  }

  protected field(object: Expression, name: string): Target {
    return { kind: 'index', object, key: { kind: 'string', value: name }, line: this.lexer.lastLine };
  }

  protected call(callee: Expression, method: string | undefined): CallExpression {
    const line = this.lexer.line;
    const call = (args: Expression[]): CallExpression => ({ kind: 'call', callee, method, args, line });
    switch (this.lexer.kind) {
      case '(': {
        if (line !== this.lexer.lastLine) this.lexer.fail('ambiguous syntax (function call x new statement)');
        this.lexer.next();
        const args = this.at(')') ? [] : this.expressions();
        this.expectMatch(')', '(', line);
        const last = args.at(-1);
        if (last !== undefined) this.read(last);
        return call(args);
      }
      case '{':
        return call([this.table()]);
      case '<string>':
        return call([this.string()]);
      default:
        return this.lexer.fail('function arguments expected');
    }
  }

  protected table(): TableExpression {
    const line = this.lexer.line;
    const table: TableExpression = { kind: 'table', items: [], fields: [], line };
    this.expect('{');
    while (this.lexer.kind !== '}') {
      const item = this.tableEntry(table);
      const isLast = !this.accept(',') && !this.accept(';');
      if (isLast) this.expectMatch('}', '{', line);
      if (item !== undefined) this.read(item);
      if (isLast) return table;
    }
    this.expectMatch('}', '{', line);
    return table;
  }

  /** @returns the entry, if it is an item of the list */
  protected tableEntry({ items, fields }: TableExpression): Expression | undefined {
    let key: Expression;
    if (this.lexer.kind === '<name>' && this.lexer.peek() === '=') {
      key = { kind: 'string', value: this.name() };
    } else if (this.lexer.kind === '[') {
      this.lexer.next();
      key = this.expression();
      this.expect(']');
    } else {
      const item = this.expression();
      items.push(item);
      return item;
    }
    this.expect('=');
    fields.push({ key, value: this.expression(), after: items.length });
    return undefined;
  }
}

/** Lua's compiler computes with numbers that are written out, unless that divides by zero or gives no number. */
function folded(operator: BinaryOperator, left: Expression, right: Expression): Expression | undefined {
  // Parentheses: a call on the right gives one value.
  if (decides(operator, left)) return { kind: 'parenthesis', inner: right };
  const compute = ARITHMETIC[operator];
  const a = numeral(left);
  const b = numeral(right);
  if (compute === undefined || a === undefined || b === undefined) return undefined;
  if (b === 0 && (operator === '/' || operator === '%')) return undefined;
  const value = compute(a, b);
  return value === value ? { kind: 'number', value } : undefined;
}

/** What `not` makes of a constant. */
function inverted(operand: Expression): 'true' | 'false' | undefined {
  switch (operand.kind) {
    case 'parenthesis':
      return inverted(operand.inner);
    case 'nil':
    case 'false':
      return 'true';
    case 'true':
    case 'number':
    case 'string':
      return 'false';
    default:
      return undefined;
  }
}

/** Whether a constant on the left of `and` and `or` decides that only the right side counts. */
function decides(operator: BinaryOperator, left: Expression): boolean {
  if (left.kind === 'parenthesis') return decides(operator, left.inner);
  if (operator === 'and') return left.kind === 'true' || left.kind === 'number' || left.kind === 'string';
  return operator === 'or' && (left.kind === 'nil' || left.kind === 'false');
}

/** A key without the parentheses around it, when it is written out. */
function literalKey(key: Expression): Expression {
  let inner = key;
  while (inner.kind === 'parenthesis') inner = inner.inner;
  return inner.kind === 'string' || inner.kind === 'number' ? inner : key;
}

const ARITHMETIC: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': modulo,
  '^': power,
};
