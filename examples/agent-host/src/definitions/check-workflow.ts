import { HostError, type PlacedProblem } from '../errors/host-error';
import { checkExpressions } from '../runs/expressions';
import type { Step, Workflow } from './workflow';
import { invalid } from './yaml';

type Place = (path: readonly PropertyKey[], message: string) => PlacedProblem;

/**
 * What the shape of a workflow does not tell: names that are used twice or are nobody's, circles, expressions that are none.
 * @throws HostError `DEFINITION_INVALID`, `WORKFLOW_LOOPS`
 */
export function checkWorkflow(name: string, { steps, output }: Workflow, place: Place): void {
  const ids = steps.map(({ id }) => id);
  const problems = steps.flatMap((step, index) => [
    ...(ids.indexOf(step.id) < index
      ? [place(['steps', index, 'id'], `there is a step "${step.id}" above: choose another id`)]
      : []),
    ...step.needs
      .filter((need) => !ids.includes(need))
      .map((need) => place(['steps', index, 'needs'], `there is no step "${need}": write one of ${ids.join(', ')}`)),
    ...checkExpressions(step).map(({ path, message }) => place(['steps', index, ...path], message)),
  ]);
  problems.push(...checkExpressions({ output }).map(({ path, message }) => place(path, message)));
  if (problems.length > 0) throw invalid(name, 'DEFINITION_INVALID', problems);
  const circle = findCircle(steps);
  if (circle !== undefined) {
    const index = ids.indexOf(circle[0] ?? '');
    const message = `steps wait for each other: ${circle.join(' -> ')}; remove one of these needs`;
    throw new HostError('WORKFLOW_LOOPS', `${name}: ${message}`, [place(['steps', index, 'needs'], message)]);
  }
}

/** @returns ids that need one another, the first of them again at the end */
function findCircle(steps: readonly Step[]): string[] | undefined {
  const needs = new Map(steps.map((step) => [step.id, step.needs]));
  const clear = new Set<string>();
  const visit = (id: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(id)) return [...way.slice(way.indexOf(id)), id];
    if (clear.has(id)) return undefined;
    for (const need of needs.get(id) ?? []) {
      const circle = visit(need, [...way, id]);
      if (circle !== undefined) return circle;
    }
    clear.add(id);
    return undefined;
  };
  for (const { id } of steps) {
    const circle = visit(id, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
