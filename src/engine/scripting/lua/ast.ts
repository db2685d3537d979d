/** The syntax tree: Lua 5.1 with every name already resolved. */

/** A local variable of the source. */
export interface Variable {
  readonly name: string;
  /** Its name in the generated code: unique, and never a JavaScript word. */
  readonly id: string;
  /** The function it belongs to. */
  readonly owner: FunctionBody;
  /** Every expression it is given; `undefined` stands for a value that is not a single known expression. */
  readonly sources: (Expression | undefined)[];
  /** Functions inside its own assign it: a call may change it. */
  assignedInside: boolean;
  /** Holds nothing but numbers; decided by the emitter. */
  numeric: boolean;
}

/** A function of the source; the main function too. */
export interface FunctionBody {
  readonly parameters: Variable[];
  isVararg: boolean;
  /** The `arg` table of Lua 5.0, given to vararg functions that never say `...`. */
  legacyArg: Variable | undefined;
  usesVararg: boolean;
  body: Statement[];
  /** 0 for the main function. */
  readonly line: number;
  /** How many locals live at once, at most: an estimate of its stack frame. */
  locals: number;
}

/** What has a value. */
export type Expression =
  | { readonly kind: 'nil' | 'true' | 'false' | 'vararg' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'function'; readonly body: FunctionBody }
  | LocalName
  | GlobalName
  | IndexExpression
  | CallExpression
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'unary';
      readonly operator: 'not' | '-' | '#';
      readonly operand: Expression;
      readonly line: number;
    }
  | { readonly kind: 'parenthesis'; readonly inner: Expression }
  | TableExpression;

/** A local variable that is named. */
export interface LocalName {
  readonly kind: 'local';
  readonly variable: Variable;
  /** Used in a function inside the one that declares it. */
  readonly upvalue: boolean;
}

/** A global variable that is named. */
export interface GlobalName {
  readonly kind: 'global';
  readonly name: string;
  /** Where Lua's compiler would write the instruction that reads it, see `ExpressionParser.read`. */
  line: number;
}

/** A field of a table. */
export interface IndexExpression {
  readonly kind: 'index';
  readonly object: Expression;
  readonly key: Expression;
  /** As that of a global name. */
  line: number;
}

/** A call. */
export interface CallExpression {
  readonly kind: 'call';
  readonly callee: Expression;
  /** `callee:method(...)`. */
  readonly method: string | undefined;
  readonly args: Expression[];
  readonly line: number;
}

/** A table that is written out. */
export interface TableExpression {
  readonly kind: 'table';
  readonly items: Expression[];
  /** `key` and `value` of the fields, and how many items come before each. */
  readonly fields: { readonly key: Expression; readonly value: Expression; readonly after: number }[];
  readonly line: number;
}

/** Lua's operators of two operands. */
export type BinaryOperator =
  'or' | 'and' | '<' | '>' | '<=' | '>=' | '~=' | '==' | '..' | '+' | '-' | '*' | '/' | '%' | '^';

/** What can be assigned to. */
export type Target = LocalName | GlobalName | IndexExpression;

/** What is done. */
export type Statement =
  | {
      readonly kind: 'localDeclaration';
      readonly variables: Variable[];
      readonly values: Expression[];
      readonly line: number;
    }
  | { readonly kind: 'assignment'; readonly targets: Target[]; readonly values: Expression[]; readonly line: number }
  | { readonly kind: 'callStatement'; readonly call: CallExpression }
  | { readonly kind: 'block'; readonly body: Statement[] }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement[] }
  | { readonly kind: 'repeat'; readonly condition: Expression; readonly body: Statement[] }
  | {
      readonly kind: 'if';
      readonly clauses: { readonly condition: Expression; readonly body: Statement[] }[];
      readonly otherwise: Statement[] | undefined;
    }
  | {
      readonly kind: 'numericFor';
      readonly variable: Variable;
      readonly start: Expression;
      readonly limit: Expression;
      readonly step: Expression | undefined;
      readonly body: Statement[];
      readonly line: number;
    }
  | {
      readonly kind: 'genericFor';
      readonly variables: Variable[];
      readonly values: Expression[];
      readonly body: Statement[];
      readonly line: number;
    }
  | { readonly kind: 'localFunction'; readonly variable: Variable; readonly body: FunctionBody }
  | { readonly kind: 'return'; readonly values: Expression[]; readonly line: number }
  | { readonly kind: 'break' };
