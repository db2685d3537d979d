import { HostError, type PlacedProblem } from '../errors/host-error';
import { checkWorkflow } from './check-workflow';
import { type Definitions, type Kind, schemas } from './kinds';
import { readYaml } from './yaml';

/** A name that another definition, or a server of tools, must have. */
export interface Reference {
  readonly kind: 'agents' | 'tools';
  readonly name: string;
  /** Where it is written. */
  readonly place: (message: string) => PlacedProblem;
}

/** A definition that is right in itself. */
export interface ReadDefinition<K extends Kind> {
  readonly definition: Definitions[K];
  readonly references: readonly Reference[];
}

/**
 * Reads and checks one definition.
 * @throws HostError `DEFINITION_INVALID`, `WORKFLOW_LOOPS`
 */
export function readDefinition<K extends Kind>(kind: K, name: string, source: string): ReadDefinition<K> {
  const { value, place } = readYaml<Definitions[K]>(`${kind}/${name}`, source, schemas[kind]);
  if (value.name !== name) {
    const message = `is "${value.name}", but it is stored as "${name}": write "name: ${name}"`;
    throw new HostError('DEFINITION_INVALID', `${kind}/${name}: name ${message}`, [place(['name'], message)]);
  }
  const references = referencesOf(kind, value).map(({ path, ...reference }) => ({
    ...reference,
    place: (message: string) => place(path, message),
  }));
  if (kind === 'workflows') checkWorkflow(`${kind}/${name}`, value as Definitions['workflows'], place);
  return { definition: value, references };
}

type Named = Pick<Reference, 'kind' | 'name'> & { readonly path: readonly PropertyKey[] };

function referencesOf<K extends Kind>(kind: K, definition: Definitions[K]): Named[] {
  if (kind === 'agents') {
    const { tools } = definition as Definitions['agents'];
    return tools.map((name, index) => ({ kind: 'tools', name, path: ['tools', index] }));
  }
  if (kind !== 'workflows') return [];
  return (definition as Definitions['workflows']).steps.flatMap(({ agent, tool }, index): Named[] => [
    ...(agent === undefined ? [] : [{ kind: 'agents' as const, name: agent, path: ['steps', index, 'agent'] }]),
    ...(tool === undefined ? [] : [{ kind: 'tools' as const, name: tool, path: ['steps', index, 'tool'] }]),
  ]);
}
