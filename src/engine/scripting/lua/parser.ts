import { inferNumbers } from './analysis';
import type { Expression, FunctionBody, LocalName, Statement, Target, Variable } from './ast';
import { Lexer } from './lexer';
import { ExpressionParser } from './parse-expressions';
import { MAX_LOCALS, MAX_NESTING } from './parse-scopes';

/**
 * Parses Lua 5.1 source (one byte per character).
 *
 * @throws LuaSyntaxError with Lua's own message.
 */
export function parse(source: string, chunk: string): FunctionBody {
  return new Parser(new Lexer(source, chunk)).main();
}

/** Parses statements and functions. */
class Parser extends ExpressionParser {
  main(): FunctionBody {
    const body = newBody(0);
    body.isVararg = true;
    const scope = this.open(body);
    this.lexer.next();
    body.body = this.block();
    this.check('<eof>');
    this.close(scope);
    inferNumbers(this.variables);
    return body;
  }

  // Statements

  protected block(): Statement[] {
    const scope = this.current;
    const before = scope.active.length;
    const statements = this.statements();
    scope.active.length = before;
    return statements;
  }

  /** Statements up to the block's end; their locals stay active, for the condition of `repeat`. */
  protected statements(): Statement[] {
    const statements: Statement[] = [];
    this.enter();
    for (;;) {
      const kind = this.lexer.kind;
      if (kind === 'else' || kind === 'elseif' || kind === 'end' || kind === 'until' || kind === '<eof>') break;
      statements.push(this.statement());
      this.accept(';');
      if (kind === 'return' || kind === 'break') break;
    }
    this.leave();
    return statements;
  }

  protected statement(): Statement {
    const line = this.lexer.line;
    switch (this.lexer.kind) {
      case 'if':
        return this.if(line);
      case 'while':
        return this.while(line);
      case 'do': {
        this.lexer.next();
        const body = this.block();
        this.expectMatch('end', 'do', line);
        return { kind: 'block', body };
      }
      case 'for':
        return this.for(line);
      case 'repeat':
        return this.repeat(line);
      case 'function':
        return this.functionStatement(line);
      case 'local':
        this.lexer.next();
        return this.accept('function') ? this.localFunction() : this.local();
      case 'return':
        return this.return();
      case 'break':
        this.lexer.next();
        if (this.current.loopDepth === 0) this.lexer.fail('no loop to break');
        return { kind: 'break' };
      default:
        return this.expressionStatement();
    }
  }

  protected if(line: number): Statement {
    const clauses: { condition: Expression; body: Statement[] }[] = [];
    let otherwise: Statement[] | undefined;
    do {
      this.lexer.next();
      const condition = this.expression();
      this.expect('then');
      clauses.push({ condition, body: this.block() });
    } while (this.lexer.kind === 'elseif');
    if (this.accept('else')) otherwise = this.block();
    this.expectMatch('end', 'if', line);
    return { kind: 'if', clauses, otherwise };
  }

  protected while(line: number): Statement {
    this.lexer.next();
    const condition = this.expression();
    this.expect('do');
    const body = this.loop(() => this.block());
    this.expectMatch('end', 'while', line);
    return { kind: 'while', condition, body };
  }

  protected loop(parseBody: () => Statement[]): Statement[] {
    this.current.loopDepth++;
    const body = parseBody();
    this.current.loopDepth--;
    return body;
  }

  protected repeat(line: number): Statement {
    this.lexer.next();
    const scope = this.current;
    const before = scope.active.length;
    const body = this.loop(() => this.statements());
    this.expectMatch('until', 'repeat', line);
    const condition = this.expression();
    scope.active.length = before;
    return { kind: 'repeat', condition, body };
  }

  protected for(line: number): Statement {
    this.lexer.next();
    const name = this.name();
    if (this.lexer.kind === '=') return this.numericFor(name, line);
    if (this.lexer.kind === ',' || this.lexer.kind === 'in') return this.genericFor(name, line);
    return this.lexer.fail("'=' or 'in' expected");
  }

  protected numericFor(name: string, line: number): Statement {
    this.lexer.next();
    const start = this.expression();
    this.expect(',');
    const limit = this.expression();
    const step = this.accept(',') ? this.expression() : undefined;
    const variable = this.variable(name);
    const body = this.forBody([variable], 3, line);
    return { kind: 'numericFor', variable, start, limit, step, body, line };
  }

  protected genericFor(firstName: string, line: number): Statement {
    const names = [firstName];
    while (this.accept(',')) names.push(this.name());
    this.expect('in');
    const lineOfValues = this.lexer.line;
    const values = this.expressions();
    const variables = names.map((name) => this.variable(name));
    for (const variable of variables) variable.sources.push(undefined);
    const body = this.forBody(variables, 3, line);
    return { kind: 'genericFor', variables, values, body, line: lineOfValues };
  }

  protected forBody(variables: readonly Variable[], hidden: number, line: number): Statement[] {
    this.expect('do');
    const { active } = this.current;
    const before = active.length;
    if (before + hidden > MAX_LOCALS) this.limit(MAX_LOCALS, 'local variables');
    this.activate(variables);
    const body = this.loop(() => this.block());
    active.length = before;
    this.expectMatch('end', 'for', line);
    return body;
  }

  protected functionStatement(line: number): Statement {
    this.lexer.next();
    let target: Target = this.resolve(this.name(), this.lexer.lastLine);
    let isMethod = false;
    while (this.lexer.kind === '.' || this.lexer.kind === ':') {
      isMethod = this.lexer.kind === ':';
      this.lexer.next();
      target = this.field(target, this.name());
      if (isMethod) break;
    }
    const value: Expression = { kind: 'function', body: this.function(isMethod, line) };
    if (target.kind === 'local') noteAssignment(target, undefined);
    else target.line = line;
    return { kind: 'assignment', targets: [target], values: [value], line };
  }

  protected localFunction(): Statement {
    const variable = this.variable(this.name());
    variable.sources.push(undefined);
    this.activate([variable]);
    return { kind: 'localFunction', variable, body: this.function(false, this.lexer.line) };
  }

  protected local(): Statement {
    const line = this.lexer.line;
    const variables: Variable[] = [];
    do {
      variables.push(this.variable(this.name()));
    } while (this.accept(','));
    const values = this.accept('=') ? this.expressions() : [];
    variables.forEach((variable, i) => {
      variable.sources.push(sourceOf(values, i));
    });
    this.activate(variables);
    return { kind: 'localDeclaration', variables, values, line };
  }

  protected return(): Statement {
    const line = this.lexer.line;
    this.lexer.next();
    const kind = this.lexer.kind;
    const isEmpty =
      kind === 'else' || kind === 'elseif' || kind === 'end' || kind === 'until' || kind === '<eof>' || kind === ';';
    return { kind: 'return', values: isEmpty ? [] : this.expressions(), line };
  }

  protected expressionStatement(): Statement {
    const target = this.suffixed();
    if (target.kind === 'call') return { kind: 'callStatement', call: target };
    const targets = [this.asTarget(target)];
    while (this.accept(',')) {
      targets.push(this.asTarget(this.suffixed()));
      if (targets.length > MAX_NESTING - this.nesting)
        this.limit(MAX_NESTING - this.nesting, 'variables in assignment');
    }
    this.expect('=');
    const values = this.expressions();
    targets.forEach((each, i) => {
      if (each.kind === 'local') noteAssignment(each, sourceOf(values, i));
      else each.line = this.lexer.lastLine;
    });
    return { kind: 'assignment', targets, values, line: this.lexer.lastLine };
  }

  protected asTarget(expression: Expression): Target {
    if (expression.kind === 'local' || expression.kind === 'global' || expression.kind === 'index') return expression;
    return this.lexer.fail('syntax error');
  }

  // Functions

  protected override function(isMethod: boolean, line: number): FunctionBody {
    const body = newBody(line);
    const scope = this.open(body);
    if (isMethod) body.parameters.push(this.variable('self'));
    this.expect('(');
    if (this.lexer.kind !== ')') this.parameters(body);
    for (const parameter of body.parameters) parameter.sources.push(undefined);
    this.activate(body.parameters);
    if (body.legacyArg !== undefined) this.activate([body.legacyArg]);
    this.expect(')');
    body.body = this.block();
    this.expectMatch('end', 'function', line);
    this.close(scope);
    return body;
  }

  protected parameters(body: FunctionBody): void {
    do {
      if (this.accept('...')) {
        body.isVararg = true;
        body.legacyArg = this.variable('arg');
        body.legacyArg.sources.push(undefined);
        return;
      }
      if (this.lexer.kind !== '<name>') this.lexer.fail("<name> or '...' expected");
      body.parameters.push(this.variable(this.name()));
    } while (this.accept(','));
  }
}

function newBody(line: number): FunctionBody {
  return { parameters: [], isVararg: false, legacyArg: undefined, usesVararg: false, body: [], line, locals: 0 };
}

function noteAssignment({ variable, upvalue }: LocalName, source: Expression | undefined): void {
  variable.sources.push(source);
  if (upvalue) variable.assignedInside = true;
}

/** The expression that alone decides the `i`th variable, if there is one. */
function sourceOf(values: readonly Expression[], i: number): Expression | undefined {
  const value = values[i];
  return value === undefined || value.kind === 'vararg' || value.kind === 'call' ? undefined : value;
}
