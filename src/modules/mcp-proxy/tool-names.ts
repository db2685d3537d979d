import { createHash } from 'node:crypto';
import { RespiteError } from '../../errors';

/** The longest name of a tool that language models are given. */
const MAX_LENGTH = 64;
const DIGEST_LENGTH = 8;
const SEPARATOR = '__';

/** A tool's name among those of all servers: `server__tool`. One too long ends with a digest of itself. */
export function qualifiedName(server: string, tool: string): string {
  const name = `${server}${SEPARATOR}${tool}`;
  if (name.length <= MAX_LENGTH) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_LENGTH);
  return `${name.slice(0, MAX_LENGTH - DIGEST_LENGTH - 1)}_${digest}`;
}

/** What has a qualified name. */
interface Named {
  readonly server: string;
  readonly name: string;
  readonly qualifiedName: string;
}

/** Tools by qualified name; of those that would have the same, none is there but in `clashes`. */
export function byQualifiedName<T extends Named>(
  tools: readonly T[],
): { readonly tools: ReadonlyMap<string, T>; readonly clashes: ReadonlyMap<string, readonly T[]> } {
  const all = new Map<string, T[]>();
  for (const tool of tools) all.set(tool.qualifiedName, [...(all.get(tool.qualifiedName) ?? []), tool]);
  const entries = [...all];
  return {
    tools: new Map(entries.flatMap(([name, [tool, ...others]]) => (tool && others.length === 0 ? [[name, tool]] : []))),
    clashes: new Map(entries.filter(([, { length }]) => length > 1)),
  };
}

/** Several tools have one name. */
export function toolClash(name: string, tools: readonly Named[]): RespiteError {
  const which = tools.map((tool) => `"${tool.name}" of "${tool.server}"`).join(' and ');
  return new RespiteError('MCP_TOOL_CLASH', {
    message: `${which} would both be called "${name}". Leave one out with "tools" in its definition, or rename its server.`,
  });
}
