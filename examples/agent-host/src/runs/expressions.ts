import { Environment } from '@marcbachmann/cel-js';
import { HostError } from '../errors/host-error';

/** What expressions may name: `input`, `steps.<id>.output`, `steps.<id>.status`, `run.id`, `run.owner`. */
export type Scope = Readonly<Record<'input' | 'steps' | 'run', unknown>>;

type Path = readonly PropertyKey[];

const HOLE = /\$\{([^}]*)\}/g;
/** The whole text is one expression: its value keeps its type. */
const ONLY_HOLE = /^\$\{([^}]*)\}$/;

/** CEL, without the program's own types: https://cel.dev */
const cel = new Environment({ unlistedVariablesAreDyn: false })
  .registerVariable('input', 'dyn')
  .registerVariable('steps', 'dyn')
  .registerVariable('run', 'dyn');

/**
 * Whether a step is to be done.
 * @throws HostError `EXPRESSION_FAILED`
 */
export function holds(condition: string | boolean | undefined, scope: Scope): boolean {
  if (condition === undefined || typeof condition === 'boolean') return condition ?? true;
  const value = evaluate(ONLY_HOLE.exec(condition)?.[1] ?? condition, scope);
  if (typeof value === 'boolean') return value;
  throw new HostError(
    'EXPRESSION_FAILED',
    `"${condition}" is ${JSON.stringify(value)}: a condition must be true or false.`,
  );
}

/**
 * Fills every `${...}` in texts, at any depth.
 * @throws HostError `EXPRESSION_FAILED`
 */
export function fill(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    const only = ONLY_HOLE.exec(value)?.[1];
    return only !== undefined
      ? evaluate(only, scope)
      : value.replace(HOLE, (_, expression: string) => toText(evaluate(expression, scope)));
  }
  if (Array.isArray(value)) return value.map((each) => fill(each, scope));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, scope)]));
}

/** @returns what cannot be an expression, by its place in `value` */
export function checkExpressions(value: unknown, path: Path = []): { readonly path: Path; readonly message: string }[] {
  if (typeof value === 'string') {
    const whole = path.at(-1) === 'if' && path.length === 1 && !ONLY_HOLE.test(value);
    const expressions = whole ? [value] : [...value.matchAll(HOLE)].map(([, expression]) => expression ?? '');
    return expressions.flatMap((expression) => {
      const { valid, error } = cel.check(expression);
      return valid ? [] : [{ path, message: `"${expression}" is no expression: ${firstLine(error)}` }];
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    checkExpressions(each, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

function evaluate(expression: string, scope: Scope): unknown {
  try {
    return fromCel(cel.evaluate(expression, toCel(scope) as Record<string, unknown>)); // an object stays one
  } catch (failure) {
    throw new HostError('EXPRESSION_FAILED', `"${expression}" cannot be worked out: ${firstLine(failure)}`, undefined, {
      cause: failure,
    });
  }
}

/** CEL tells whole numbers from others; JSON does not. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(toCel);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toCel(each)])) : value;
}

function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(fromCel);
  const entries =
    value instanceof Map ? [...(value as Map<string, unknown>)] : isRecord(value) ? Object.entries(value) : undefined;
  return entries ? Object.fromEntries(entries.map(([name, each]) => [name, fromCel(each)])) : value;
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function firstLine(failure: unknown): string {
  return (failure instanceof Error ? failure.message : String(failure)).split('\n')[0] ?? '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
