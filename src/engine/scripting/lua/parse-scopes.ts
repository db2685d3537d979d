import type { FunctionBody, Target, Variable } from './ast';
import type { Lexer } from './lexer';

/** Lua 5.1's own limits. */
export const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;
/** Lua 5.1's limit of blocks and expressions within each other. */
export const MAX_NESTING = 200;

/** A function being parsed. */
export interface Scope {
  readonly body: FunctionBody;
  readonly parent: Scope | undefined;
  readonly active: Variable[];
  readonly upvalues: Set<Variable>;
  /** How many locals were active where each enclosing block began. */
  loopDepth: number;
}

/** What parsing expressions and statements both need: the tokens, and which names mean what. */
export abstract class ScopeParser {
  /** All that were declared so far. */
  protected readonly variables: Variable[] = [];
  #scope: Scope | undefined;
  #nesting = 0;

  constructor(protected readonly lexer: Lexer) {}

  protected get nesting(): number {
    return this.#nesting;
  }

  // Scopes

  protected open(body: FunctionBody): Scope {
    const scope: Scope = { body, parent: this.#scope, active: [], upvalues: new Set(), loopDepth: 0 };
    this.#scope = scope;
    return scope;
  }

  protected close(scope: Scope): void {
    this.#scope = scope.parent;
  }

  protected get current(): Scope {
    if (this.#scope === undefined) throw new Error('no function is being parsed');
    return this.#scope;
  }

  protected variable(name: string): Variable {
    const id = `${name}$${String(this.variables.length + 1)}`;
    const variable: Variable = {
      name,
      id,
      owner: this.current.body,
      sources: [],
      assignedInside: false,
      numeric: false,
    };
    this.variables.push(variable);
    return variable;
  }

  protected activate(variables: readonly Variable[]): void {
    const { active, body } = this.current;
    active.push(...variables);
    if (active.length > MAX_LOCALS) this.limit(MAX_LOCALS, 'local variables');
    body.locals = Math.max(body.locals, active.length);
  }

  protected limit(limit: number, what: string): never {
    const line = this.current.body.line;
    const where = line === 0 ? 'main function' : `function at line ${String(line)}`;
    return this.lexer.failAtLine(`${where} has more than ${String(limit)} ${what}`);
  }

  protected resolve(name: string, line: number): Target {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) {
      const variable = scope.active.findLast((candidate) => candidate.name === name);
      if (variable === undefined) continue;
      const upvalue = scope !== this.#scope;
      if (upvalue) this.capture(variable, scope);
      return { kind: 'local', variable, upvalue };
    }
    return { kind: 'global', name, line };
  }

  protected capture(variable: Variable, owner: Scope): void {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined && scope !== owner; scope = scope.parent) {
      scope.upvalues.add(variable);
      if (scope.upvalues.size > MAX_UPVALUES) this.limit(MAX_UPVALUES, 'upvalues');
    }
  }

  protected enter(): void {
    if (++this.#nesting > MAX_NESTING) this.lexer.failAtLine('chunk has too many syntax levels');
  }

  protected leave(): void {
    this.#nesting--;
  }

  // Tokens

  protected at(kind: string): boolean {
    return this.lexer.kind === kind;
  }

  protected check(kind: string): void {
    if (this.lexer.kind !== kind) this.lexer.fail(`'${kind}' expected`);
  }

  protected expect(kind: string): void {
    this.check(kind);
    this.lexer.next();
  }

  protected accept(kind: string): boolean {
    if (this.lexer.kind !== kind) return false;
    this.lexer.next();
    return true;
  }

  protected expectMatch(what: string, opener: string, line: number): void {
    if (this.lexer.kind === what) this.lexer.next();
    else if (line === this.lexer.line) this.lexer.fail(`'${what}' expected`);
    else this.lexer.fail(`'${what}' expected (to close '${opener}' at line ${String(line)})`);
  }

  protected name(): string {
    this.check('<name>');
    const name = this.lexer.text;
    this.lexer.next();
    return name;
  }
}
