import type { Expression, FunctionBody, Statement, Variable } from './ast';

/** What a walk over the tree may look at. Function bodies inside expressions are not entered. */
interface Visitor {
  expression?: (expression: Expression) => void;
  statement?: (statement: Statement) => void;
}

function visitExpression(expression: Expression, visitor: Visitor): void {
  visitor.expression?.(expression);
  const each = (list: readonly Expression[]): void => {
    for (const item of list) visitExpression(item, visitor);
  };
  switch (expression.kind) {
    case 'index':
      each([expression.object, expression.key]);
      break;
    case 'call':
      each([expression.callee, ...expression.args]);
      break;
    case 'binary':
      each([expression.left, expression.right]);
      break;
    case 'unary':
      visitExpression(expression.operand, visitor);
      break;
    case 'parenthesis':
      visitExpression(expression.inner, visitor);
      break;
    case 'table':
      each(expression.items);
      for (const { key, value } of expression.fields) each([key, value]);
      break;
    default:
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

function visitBlock(block: readonly Statement[], visitor: Visitor): void {
  for (const statement of block) {
    visitor.statement?.(statement);
    const { expressions, blocks } = partsOf(statement);
    for (const expression of expressions) visitExpression(expression, visitor);
    for (const inner of blocks) visitBlock(inner, visitor);
  }
}

/** Whether evaluating this calls a function. */
export function containsCall(expression: Expression): boolean {
  let found = false;
  visitExpression(expression, {
    expression: (each) => {
      found ||= each.kind === 'call';
    },
  });
  return found;
}

/** Whether every call in the function's own body satisfies `test`. */
export function everyCall(body: FunctionBody, test: (call: Expression & { kind: 'call' }) => boolean): boolean {
  let holds = true;
  const expression = (each: Expression): void => {
    if (each.kind === 'call') holds &&= test(each);
  };
  visitBlock(body.body, {
    expression,
    statement: (each) => {
      // Calls its iterator without a call expression.
      if (each.kind === 'genericFor') holds = false;
    },
  });
  return holds;
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
export function inferNumbers(main: FunctionBody): void {
  const candidates = new Set<Variable>();
  const collect = (body: FunctionBody): void => {
    visitBlock(body.body, {
      expression: (each) => {
        if (each.kind === 'function') collect(each.body);
      },
      statement: (each) => {
        if (each.kind === 'numericFor') candidates.add(each.variable);
        else if (each.kind === 'localDeclaration') for (const variable of each.variables) candidates.add(variable);
        else if (each.kind === 'localFunction') collect(each.body);
      },
    });
  };
  collect(main);
  for (const variable of candidates) variable.numeric = !variable.sources.includes(undefined);
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

/** Never equal to something else by a metamethod. */
export function isLiteral({ kind }: Expression): boolean {
  return kind === 'nil' || kind === 'true' || kind === 'false' || kind === 'number' || kind === 'string';
}
