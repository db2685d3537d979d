import type { Expression, FunctionBody, Statement, Target, Variable } from './ast';

type Call = Expression & { kind: 'call' };

/** Whether evaluating this makes a call that satisfies `test`. Function bodies inside expressions are not entered. */
function makesCall(expression: Expression, test: (call: Call) => boolean): boolean {
  const inside = (each: Expression): boolean => makesCall(each, test);
  switch (expression.kind) {
    case 'call':
      return test(expression) || inside(expression.callee) || expression.args.some(inside);
    case 'index':
      return inside(expression.object) || inside(expression.key);
    case 'binary':
      return inside(expression.left) || inside(expression.right);
    case 'unary':
      return inside(expression.operand);
    case 'parenthesis':
      return inside(expression.inner);
    case 'table':
      return expression.items.some(inside) || expression.fields.some(({ key, value }) => inside(key) || inside(value));
    default:
      return false;
  }
}

/** The expressions and blocks a statement is made of. */
function partsOf(statement: Statement): {
  expressions: readonly Expression[];
  blocks: readonly (readonly Statement[])[];
} {
  switch (statement.kind) {
    case 'localDeclaration':
    case 'return':
      return { expressions: statement.values, blocks: [] };
    case 'assignment':
      return { expressions: [...statement.targets, ...statement.values], blocks: [] };
    case 'callStatement':
      return { expressions: [statement.call], blocks: [] };
    case 'block':
      return { expressions: [], blocks: [statement.body] };
    case 'while':
    case 'repeat':
      return { expressions: [statement.condition], blocks: [statement.body] };
    case 'if': {
      const blocks = statement.clauses.map((clause) => clause.body);
      if (statement.otherwise !== undefined) blocks.push(statement.otherwise);
      return { expressions: statement.clauses.map((clause) => clause.condition), blocks };
    }
    case 'numericFor': {
      const { start, limit, step, body } = statement;
      return { expressions: step === undefined ? [start, limit] : [start, limit, step], blocks: [body] };
    }
    case 'genericFor':
      return { expressions: statement.values, blocks: [statement.body] };
    default:
      return { expressions: [], blocks: [] };
  }
}

/** Whether evaluating this calls a function. */
export function containsCall(expression: Expression): boolean {
  return makesCall(expression, () => true);
}

/** Whether every call in the function's own body satisfies `test`. */
export function everyCall(body: FunctionBody, test: (call: Call) => boolean): boolean {
  const fails = (call: Call): boolean => !test(call);
  const anyFails = (block: readonly Statement[]): boolean =>
    block.some((statement) => {
      // Calls its iterator without a call expression.
      if (statement.kind === 'genericFor') return true;
      const { expressions, blocks } = partsOf(statement);
      return expressions.some((each) => makesCall(each, fails)) || blocks.some(anyFails);
    });
  return !anyFails(body.body);
}

/** Whether an expression can only be a number. */
export function isNumeric(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
      return true;
    case 'local':
      return expression.variable.numeric;
    case 'parenthesis':
      return isNumeric(expression.inner);
    case 'unary':
      return expression.operator === '#' || (expression.operator === '-' && isNumeric(expression.operand));
    case 'binary':
      return '+-*/%^'.includes(expression.operator) && isNumeric(expression.left) && isNumeric(expression.right);
    default:
      return false;
  }
}

/**
 * Finds the locals that never hold anything but numbers: their arithmetic needs no type checks. Starts from the hope that
 * all do, and gives up each whose values do not bear it out, until nothing changes.
 */
export function inferNumbers(variables: readonly Variable[]): void {
  const candidates = new Set(variables.filter(({ sources }) => !sources.includes(undefined)));
  for (const variable of candidates) variable.numeric = true;
  let changed = true;
  while (changed) {
    changed = false;
    for (const variable of candidates) {
      if (variable.sources.every((source) => source !== undefined && isNumeric(source))) continue;
      variable.numeric = false;
      candidates.delete(variable);
      changed = true;
    }
  }
}

/** Keeps an expression to one value where it is not the last of a list. */
export function single(expression: Expression): Expression {
  return isMulti(expression) ? { kind: 'parenthesis', inner: expression } : expression;
}

/** Whether an expression may have several values. */
export function isMulti(expression: Expression): boolean {
  return expression.kind === 'call' || expression.kind === 'vararg';
}

type Logical = Expression & { kind: 'binary' };

/** An `and` or `or`, in parentheses or not. */
function logical(expression: Expression): Logical | undefined {
  if (expression.kind === 'parenthesis') return logical(expression.inner);
  const isLogical = expression.kind === 'binary' && (expression.operator === 'and' || expression.operator === 'or');
  return isLogical ? expression : undefined;
}

/**
 * Which part of an `and` or `or` Lua's messages name: Lua looks for it by walking through its code, taking the first jump it
 * meets. That ends at a part, or leaves the expression (true, false: on which outcome), and then nothing has a name.
 */
function walk(expression: Logical): Expression | boolean {
  const { operator, left, right } = expression;
  const inner = logical(left);
  let jump = operator === 'or';
  if (inner !== undefined) {
    const end = walk(inner);
    if (typeof end === 'boolean') jump = end;
  }
  if ((operator === 'and') !== jump) return jump;
  const next = logical(right);
  return next === undefined ? right : walk(next);
}

/** The part of an expression whose name Lua's messages show; the expression itself, unless it is an `and` or `or`. */
export function namedPart(expression: Expression): Expression | undefined {
  const found = logical(expression);
  if (found === undefined) return expression;
  const end = walk(found);
  return typeof end === 'boolean' ? undefined : end;
}

/** The rest of a chain of `..` that ends in this expression, in parentheses or not. */
export function chained(expression: Expression): (Expression & { kind: 'binary' }) | undefined {
  if (expression.kind === 'parenthesis') return chained(expression.inner);
  return expression.kind === 'binary' && expression.operator === '..' ? expression : undefined;
}

/** The value of a number that is written out, in parentheses or not. */
export function numeral(expression: Expression): number | undefined {
  if (expression.kind === 'parenthesis') return numeral(expression.inner);
  return expression.kind === 'number' ? expression.value : undefined;
}

/** Cheap to repeat in the generated code, and without effects. */
export function isSimple(expression: Expression): boolean {
  return expression.kind === 'local' || expression.kind === 'number';
}

/**
 * Whether Lua reads this only when the operation it belongs to takes place: a function's own locals stay where they are, so
 * an operand evaluated after them, by its calls, can still change them.
 */
export function isReadLate(expression: Expression): boolean {
  if (expression.kind === 'parenthesis') return isReadLate(expression.inner);
  return expression.kind === 'local' && !expression.upvalue && expression.variable.assignedInside;
}

/** Whether an assignment to this target changes a local, in parentheses or not. */
export function assigns(target: Target, local: Expression): boolean {
  if (local.kind === 'parenthesis') return assigns(target, local.inner);
  return target.kind === 'local' && local.kind === 'local' && target.variable === local.variable;
}

/** Whether functions of the script may run while this is evaluated: by a call, or by a metamethod. */
export function mayCall(expression: Expression): boolean {
  switch (expression.kind) {
    case 'index':
    case 'call':
    case 'binary':
    case 'unary':
    case 'table':
      return true;
    case 'parenthesis':
      return mayCall(expression.inner);
    default:
      return false;
  }
}

/** Whether it does not matter if this is evaluated before `other` or after it. */
export function isIndependentOf(expression: Expression, other: Expression): boolean {
  if (isLiteral(expression)) return true;
  if (expression.kind !== 'local') return false;
  const { upvalue, variable } = expression;
  return (upvalue ? variable.sources.length <= 1 : !variable.assignedInside) || !mayCall(other);
}

/** Never equal to something else by a metamethod. */
export function isLiteral({ kind }: Expression): boolean {
  return kind === 'nil' || kind === 'true' || kind === 'false' || kind === 'number' || kind === 'string';
}
