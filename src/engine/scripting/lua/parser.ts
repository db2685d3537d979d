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
import { Lexer } from './lexer';

/** Lua 5.1's own limits. */
const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;
const MAX_NESTING = 200;

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

/** A function being parsed. */
interface Scope {
  readonly body: FunctionBody;
  readonly parent: Scope | undefined;
  readonly active: Variable[];
  readonly upvalues: Set<Variable>;
  /** How many locals were active where each enclosing block began. */
  loopDepth: number;
}

/**
 * Parses Lua 5.1 source (one byte per character).
 *
 * @throws LuaSyntaxError with Lua's own message.
 */
export function parse(source: string, chunk: string): FunctionBody {
  return new Parser(new Lexer(source, chunk)).main();
}

class Parser {
  #scope: Scope | undefined;
  #nesting = 0;
  #names = 0;

  constructor(private readonly lexer: Lexer) {}

  main(): FunctionBody {
    const body = newBody(0);
    body.isVararg = true;
    const scope = this.#open(body);
    this.lexer.next();
    body.body = this.#block();
    this.#check('<eof>');
    this.#close(scope);
    return body;
  }

  // Scopes

  #open(body: FunctionBody): Scope {
    const scope: Scope = { body, parent: this.#scope, active: [], upvalues: new Set(), loopDepth: 0 };
    this.#scope = scope;
    return scope;
  }

  #close(scope: Scope): void {
    this.#scope = scope.parent;
  }

  get #current(): Scope {
    if (this.#scope === undefined) throw new Error('no function is being parsed');
    return this.#scope;
  }

  #variable(name: string): Variable {
    return { name, id: `${name}$${String(++this.#names)}`, owner: this.#current.body, sources: [], numeric: false };
  }

  #activate(variables: readonly Variable[]): void {
    const { active, body } = this.#current;
    active.push(...variables);
    if (active.length > MAX_LOCALS) this.#limit(MAX_LOCALS, 'local variables');
    body.locals = Math.max(body.locals, active.length);
  }

  #limit(limit: number, what: string): never {
    const line = this.#current.body.line;
    const where = line === 0 ? 'main function' : `function at line ${String(line)}`;
    return this.lexer.failAtLine(`${where} has more than ${String(limit)} ${what}`);
  }

  #resolve(name: string, line: number): Target {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) {
      const variable = scope.active.findLast((candidate) => candidate.name === name);
      if (variable === undefined) continue;
      const upvalue = scope !== this.#scope;
      if (upvalue) this.#capture(variable, scope);
      return { kind: 'local', variable, upvalue };
    }
    return { kind: 'global', name, line };
  }

  #capture(variable: Variable, owner: Scope): void {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined && scope !== owner; scope = scope.parent) {
      scope.upvalues.add(variable);
      if (scope.upvalues.size > MAX_UPVALUES) this.#limit(MAX_UPVALUES, 'upvalues');
    }
  }

  #enter(): void {
    if (++this.#nesting > MAX_NESTING) this.lexer.failAtLine('chunk has too many syntax levels');
  }

  #leave(): void {
    this.#nesting--;
  }

  // Tokens

  #at(kind: string): boolean {
    return this.lexer.kind === kind;
  }

  #check(kind: string): void {
    if (this.lexer.kind !== kind) this.lexer.fail(`'${kind}' expected`);
  }

  #expect(kind: string): void {
    this.#check(kind);
    this.lexer.next();
  }

  #accept(kind: string): boolean {
    if (this.lexer.kind !== kind) return false;
    this.lexer.next();
    return true;
  }

  #expectMatch(what: string, opener: string, line: number): void {
    if (this.lexer.kind === what) this.lexer.next();
    else if (line === this.lexer.line) this.lexer.fail(`'${what}' expected`);
    else this.lexer.fail(`'${what}' expected (to close '${opener}' at line ${String(line)})`);
  }

  #name(): string {
    this.#check('<name>');
    const name = this.lexer.text;
    this.lexer.next();
    return name;
  }

  // Statements

  #block(): Statement[] {
    const scope = this.#current;
    const before = scope.active.length;
    const statements = this.#statements();
    scope.active.length = before;
    return statements;
  }

  /** Statements up to the block's end; their locals stay active, for the condition of `repeat`. */
  #statements(): Statement[] {
    const statements: Statement[] = [];
    this.#enter();
    for (;;) {
      const kind = this.lexer.kind;
      if (kind === 'else' || kind === 'elseif' || kind === 'end' || kind === 'until' || kind === '<eof>') break;
      statements.push(this.#statement());
      this.#accept(';');
      if (kind === 'return' || kind === 'break') break;
    }
    this.#leave();
    return statements;
  }

  #statement(): Statement {
    const line = this.lexer.line;
    switch (this.lexer.kind) {
      case 'if':
        return this.#if(line);
      case 'while':
        return this.#while(line);
      case 'do': {
        this.lexer.next();
        const body = this.#block();
        this.#expectMatch('end', 'do', line);
        return { kind: 'block', body };
      }
      case 'for':
        return this.#for(line);
      case 'repeat':
        return this.#repeat(line);
      case 'function':
        return this.#functionStatement(line);
      case 'local':
        this.lexer.next();
        return this.#accept('function') ? this.#localFunction() : this.#local();
      case 'return':
        return this.#return();
      case 'break':
        this.lexer.next();
        if (this.#current.loopDepth === 0) this.lexer.fail('no loop to break');
        return { kind: 'break' };
      default:
        return this.#expressionStatement(line);
    }
  }

  #if(line: number): Statement {
    const clauses: { condition: Expression; body: Statement[] }[] = [];
    let otherwise: Statement[] | undefined;
    do {
      this.lexer.next();
      const condition = this.#expression();
      this.#expect('then');
      clauses.push({ condition, body: this.#block() });
    } while (this.lexer.kind === 'elseif');
    if (this.#accept('else')) otherwise = this.#block();
    this.#expectMatch('end', 'if', line);
    return { kind: 'if', clauses, otherwise };
  }

  #while(line: number): Statement {
    this.lexer.next();
    const condition = this.#expression();
    this.#expect('do');
    const body = this.#loop(() => this.#block());
    this.#expectMatch('end', 'while', line);
    return { kind: 'while', condition, body };
  }

  #loop(parseBody: () => Statement[]): Statement[] {
    this.#current.loopDepth++;
    const body = parseBody();
    this.#current.loopDepth--;
    return body;
  }

  #repeat(line: number): Statement {
    this.lexer.next();
    const scope = this.#current;
    const before = scope.active.length;
    const body = this.#loop(() => this.#statements());
    this.#expectMatch('until', 'repeat', line);
    const condition = this.#expression();
    scope.active.length = before;
    return { kind: 'repeat', condition, body };
  }

  #for(line: number): Statement {
    this.lexer.next();
    const name = this.#name();
    if (this.lexer.kind === '=') return this.#numericFor(name, line);
    if (this.lexer.kind === ',' || this.lexer.kind === 'in') return this.#genericFor(name, line);
    return this.lexer.fail("'=' or 'in' expected");
  }

  #numericFor(name: string, line: number): Statement {
    this.lexer.next();
    const start = this.#expression();
    this.#expect(',');
    const limit = this.#expression();
    const step = this.#accept(',') ? this.#expression() : undefined;
    const variable = this.#variable(name);
    const body = this.#forBody([variable], 3, line);
    return { kind: 'numericFor', variable, start, limit, step, body, line };
  }

  #genericFor(firstName: string, line: number): Statement {
    const names = [firstName];
    while (this.#accept(',')) names.push(this.#name());
    this.#expect('in');
    const lineOfValues = this.lexer.line;
    const values = this.#expressions();
    const variables = names.map((name) => this.#variable(name));
    for (const variable of variables) variable.sources.push(undefined);
    const body = this.#forBody(variables, 3, line);
    return { kind: 'genericFor', variables, values, body, line: lineOfValues };
  }

  #forBody(variables: readonly Variable[], hidden: number, line: number): Statement[] {
    this.#expect('do');
    const { active } = this.#current;
    const before = active.length;
    if (before + hidden > MAX_LOCALS) this.#limit(MAX_LOCALS, 'local variables');
    this.#activate(variables);
    const body = this.#loop(() => this.#block());
    active.length = before;
    this.#expectMatch('end', 'for', line);
    return body;
  }

  #functionStatement(line: number): Statement {
    this.lexer.next();
    let target: Target = this.#resolve(this.#name(), this.lexer.lastLine);
    let isMethod = false;
    while (this.lexer.kind === '.' || this.lexer.kind === ':') {
      isMethod = this.lexer.kind === ':';
      this.lexer.next();
      target = this.#field(target, this.#name());
      if (isMethod) break;
    }
    const value: Expression = { kind: 'function', body: this.#function(isMethod, line) };
    if (target.kind === 'local') target.variable.sources.push(undefined);
    return { kind: 'assignment', targets: [target], values: [value], line };
  }

  #localFunction(): Statement {
    const variable = this.#variable(this.#name());
    variable.sources.push(undefined);
    this.#activate([variable]);
    return { kind: 'localFunction', variable, body: this.#function(false, this.lexer.line) };
  }

  #local(): Statement {
    const line = this.lexer.line;
    const variables: Variable[] = [];
    do {
      variables.push(this.#variable(this.#name()));
    } while (this.#accept(','));
    const values = this.#accept('=') ? this.#expressions() : [];
    variables.forEach((variable, i) => {
      variable.sources.push(sourceOf(values, i));
    });
    this.#activate(variables);
    return { kind: 'localDeclaration', variables, values, line };
  }

  #return(): Statement {
    const line = this.lexer.line;
    this.lexer.next();
    const kind = this.lexer.kind;
    const isEmpty =
      kind === 'else' || kind === 'elseif' || kind === 'end' || kind === 'until' || kind === '<eof>' || kind === ';';
    return { kind: 'return', values: isEmpty ? [] : this.#expressions(), line };
  }

  #expressionStatement(line: number): Statement {
    const target = this.#suffixed();
    if (target.kind === 'call') return { kind: 'callStatement', call: target };
    const targets = [this.#asTarget(target)];
    while (this.#accept(',')) {
      targets.push(this.#asTarget(this.#suffixed()));
      if (targets.length > MAX_NESTING - this.#nesting)
        this.#limit(MAX_NESTING - this.#nesting, 'variables in assignment');
    }
    this.#expect('=');
    const values = this.#expressions();
    targets.forEach((each, i) => {
      if (each.kind === 'local') each.variable.sources.push(sourceOf(values, i));
    });
    return { kind: 'assignment', targets, values, line };
  }

  #asTarget(expression: Expression): Target {
    if (expression.kind === 'local' || expression.kind === 'global' || expression.kind === 'index') return expression;
    return this.lexer.fail('syntax error');
  }

  // Expressions

  #expressions(): Expression[] {
    const list = [this.#expression()];
    while (this.#accept(',')) list.push(this.#expression());
    return list;
  }

  #expression(limit = 0): Expression {
    this.#enter();
    let left = this.#unary();
    for (;;) {
      const operator = this.lexer.kind;
      if (!isBinaryOperator(operator)) break;
      const [toLeft, toRight] = PRIORITY[operator];
      if (toLeft <= limit) break;
      this.lexer.next();
      const right = this.#expression(toRight);
      left = { kind: 'binary', operator, left, right, line: this.lexer.lastLine };
    }
    this.#leave();
    return left;
  }

  #unary(): Expression {
    const operator = this.lexer.kind;
    if (operator !== 'not' && operator !== '-' && operator !== '#') return this.#simple();
    this.lexer.next();
    const operand = this.#expression(UNARY_PRIORITY);
    if (operator === '-' && operand.kind === 'number') return { kind: 'number', value: -operand.value };
    return { kind: 'unary', operator, operand, line: this.lexer.lastLine };
  }

  #simple(): Expression {
    const lexer = this.lexer;
    switch (lexer.kind) {
      case '<number>': {
        const value = lexer.number;
        lexer.next();
        return { kind: 'number', value };
      }
      case '<string>':
        return this.#string();
      case 'nil':
      case 'true':
      case 'false': {
        const kind = lexer.kind;
        lexer.next();
        return { kind };
      }
      case '...':
        if (!this.#current.body.isVararg) lexer.fail("cannot use '...' outside a vararg function");
        this.#current.body.usesVararg = true;
        lexer.next();
        return { kind: 'vararg' };
      case '{':
        return this.#table();
      case 'function': {
        lexer.next();
        return { kind: 'function', body: this.#function(false, lexer.line) };
      }
      default:
        return this.#suffixed();
    }
  }

  #string(): Expression {
    const value = this.lexer.text;
    this.lexer.next();
    return { kind: 'string', value };
  }

  #prefix(): Expression {
    const line = this.lexer.line;
    if (this.lexer.kind === '(') {
      this.lexer.next();
      const inner = this.#expression();
      this.#expectMatch(')', '(', line);
      return { kind: 'parenthesis', inner };
    }
    if (this.lexer.kind === '<name>') return this.#resolve(this.#name(), line);
    return this.lexer.fail('unexpected symbol');
  }

  #suffixed(): Expression {
    let expression = this.#prefix();
    for (;;) {
      switch (this.lexer.kind) {
        case '.':
          this.lexer.next();
          expression = this.#field(expression, this.#name());
          break;
        case '[': {
          this.lexer.next();
          const key = this.#expression();
          this.#expect(']');
          expression = { kind: 'index', object: expression, key, line: this.lexer.lastLine };
          break;
        }
        case ':': {
          this.lexer.next();
          expression = this.#call(expression, this.#name());
          break;
        }
        case '(':
        case '{':
        case '<string>':
          expression = this.#call(expression, undefined);
          break;
        default:
          return expression;
      }
    }
  }

  #field(object: Expression, name: string): Target {
    return { kind: 'index', object, key: { kind: 'string', value: name }, line: this.lexer.lastLine };
  }

  #call(callee: Expression, method: string | undefined): CallExpression {
    const line = this.lexer.line;
    const call = (args: Expression[]): CallExpression => ({ kind: 'call', callee, method, args, line });
    switch (this.lexer.kind) {
      case '(': {
        if (line !== this.lexer.lastLine) this.lexer.fail('ambiguous syntax (function call x new statement)');
        this.lexer.next();
        const args = this.#at(')') ? [] : this.#expressions();
        this.#expectMatch(')', '(', line);
        return call(args);
      }
      case '{':
        return call([this.#table()]);
      case '<string>':
        return call([this.#string()]);
      default:
        return this.lexer.fail('function arguments expected');
    }
  }

  #table(): TableExpression {
    const line = this.lexer.line;
    const table: TableExpression = { kind: 'table', items: [], fields: [], line };
    this.#expect('{');
    while (this.lexer.kind !== '}') {
      this.#tableEntry(table);
      if (!this.#accept(',') && !this.#accept(';')) break;
    }
    this.#expectMatch('}', '{', line);
    return table;
  }

  #tableEntry({ items, fields }: TableExpression): void {
    let key: Expression;
    if (this.lexer.kind === '<name>' && this.lexer.peek() === '=') {
      key = { kind: 'string', value: this.#name() };
    } else if (this.lexer.kind === '[') {
      this.lexer.next();
      key = this.#expression();
      this.#expect(']');
    } else {
      items.push(this.#expression());
      return;
    }
    this.#expect('=');
    fields.push({ key, value: this.#expression(), after: items.length });
  }

  #function(isMethod: boolean, line: number): FunctionBody {
    const body = newBody(line);
    const scope = this.#open(body);
    if (isMethod) body.parameters.push(this.#variable('self'));
    this.#expect('(');
    if (this.lexer.kind !== ')') this.#parameters(body);
    for (const parameter of body.parameters) parameter.sources.push(undefined);
    this.#activate(body.parameters);
    if (body.legacyArg !== undefined) this.#activate([body.legacyArg]);
    this.#expect(')');
    body.body = this.#block();
    this.#expectMatch('end', 'function', line);
    this.#close(scope);
    return body;
  }

  #parameters(body: FunctionBody): void {
    do {
      if (this.#accept('...')) {
        body.isVararg = true;
        body.legacyArg = this.#variable('arg');
        body.legacyArg.sources.push(undefined);
        return;
      }
      if (this.lexer.kind !== '<name>') this.lexer.fail("<name> or '...' expected");
      body.parameters.push(this.#variable(this.#name()));
    } while (this.#accept(','));
  }
}

function newBody(line: number): FunctionBody {
  return { parameters: [], isVararg: false, legacyArg: undefined, usesVararg: false, body: [], line, locals: 0 };
}

/** The expression that alone decides the `i`th variable, if there is one. */
function sourceOf(values: readonly Expression[], i: number): Expression | undefined {
  const value = values[i];
  return value === undefined || value.kind === 'vararg' || value.kind === 'call' ? undefined : value;
}
