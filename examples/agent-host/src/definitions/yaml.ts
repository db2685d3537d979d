import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { HostError, type PlacedProblem } from '../errors/host-error';
import type { Code } from '../errors/codes';

type Path = readonly PropertyKey[];

/**
 * Reads YAML and checks it.
 * @param name what to call it in messages: a file, or `workflows/research`
 * @throws HostError `code`, with every problem, its path, line and column, and what to write
 */
export function readYaml<T>(
  name: string,
  source: string,
  schema: z.ZodType<T>,
  code: Code = 'DEFINITION_INVALID',
): { readonly value: T; readonly place: (path: Path, message: string) => PlacedProblem } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const place = (path: Path, message: string): PlacedProblem => ({
    path: path.join('.'),
    ...at(offsetOf(document, path)),
    message,
  });
  if (document.errors.length > 0) {
    throw invalid(
      name,
      code,
      document.errors.map(({ pos, message }) => ({ path: '', ...at(pos[0]), message })),
    );
  }
  const checked = schema.safeParse(document.toJS() ?? {});
  if (!checked.success)
    throw invalid(
      name,
      code,
      checked.error.issues.flatMap((issue) => placed(issue, place)),
    );
  return { value: checked.data, place };
}

/** @returns the error for problems that were found later, such as a name nobody has */
export function invalid(name: string, code: Code, problems: readonly PlacedProblem[]): HostError {
  const list = problems.map(
    ({ path, line, column, message }) => `${name}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
  );
  return new HostError(code, list.join('\n'), problems);
}

function placed(issue: z.core.$ZodIssue, place: (path: Path, message: string) => PlacedProblem): PlacedProblem[] {
  if (issue.code !== 'unrecognized_keys') return [place(issue.path, issue.message)];
  return issue.keys.map((key) => place([...issue.path, key], 'is not known here: correct the name, or remove it'));
}

/** Where a path begins; where it is missing, what it is missing in. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const name = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && Array.isArray((node as { range?: unknown }).range);
}
