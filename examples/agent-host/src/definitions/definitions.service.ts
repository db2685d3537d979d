import { Injectable } from '@nestjs/common';
import { ResourceStore, RespiteError } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import { HostError } from '../errors/host-error';
import { ToolsService } from '../tools/tools.service';
import { type Definitions, type Kind } from './kinds';
import { readDefinition, type Reference } from './read-definition';

const PROJECT = 'agent-host';
/** Definitions read before, by their etag: the same text is the same definition. */
const READ_BEFORE = 500;

/** A definition as it is stored: its YAML, and the digest of the file it last came from. */
interface Stored {
  readonly source: string;
  readonly file?: string;
}

/** A definition, its YAML and its etag, as of one moment. */
export interface Defined<K extends Kind> extends Stored {
  readonly definition: Definitions[K];
  readonly etag: string;
}

/** What is defined: YAML in the resource store, so that all processes on one Redis have the same. */
@Injectable()
export class DefinitionsService {
  private readonly read = new Map<string, Definitions[Kind]>();

  constructor(
    @InjectRespite(ResourceStore) private readonly resources: ResourceStore,
    private readonly tools: ToolsService,
  ) {}

  /** @throws HostError `DEFINITION_UNKNOWN` */
  async get<K extends Kind>(kind: K, name: string): Promise<Defined<K>> {
    const found = await this.find(kind, name);
    if (found === undefined)
      throw new HostError(
        'DEFINITION_UNKNOWN',
        `There is no "${name}" among the ${kind}: list them with GET /${kind}.`,
      );
    return found;
  }

  async find<K extends Kind>(kind: K, name: string): Promise<Defined<K> | undefined> {
    try {
      const { value, etag } = await this.resources.get({ project: PROJECT, type: kind, id: name });
      const { source, file } = value as Stored; // what put writes
      return { definition: this.parse(kind, name, source, etag), source, etag, ...(file !== undefined && { file }) };
    } catch (failure) {
      if (failure instanceof RespiteError && failure.code === 'RESOURCE_NOT_FOUND') return undefined;
      throw failure;
    }
  }

  async names(kind: Kind): Promise<string[]> {
    return (await this.resources.list(PROJECT, kind)).map(({ id }) => id);
  }

  /**
   * Writes a definition once it is found to be right.
   * @param expected the etag its writer has seen; '' creates it; `undefined` writes whatever there is
   * @returns its etag
   * @throws HostError `DEFINITION_INVALID`, `WORKFLOW_LOOPS`, `TOOL_UNKNOWN`, `AGENT_UNKNOWN`, or `ETAG_MISMATCH`
   */
  async put(kind: Kind, name: string, { source, file }: Stored, expected?: string): Promise<string> {
    const { definition, references } = readDefinition(kind, name, source);
    for (const reference of references) await this.mustExist(kind, name, reference);
    const key = { project: PROJECT, type: kind, id: name };
    const value = { source, ...(file !== undefined && { file }) };
    const etag =
      expected === undefined
        ? await this.resources.put(key, value)
        : await this.resources.putIfMatch(key, value, expected);
    if (kind === 'tools') await this.tools.define(definition as Definitions['tools']);
    return etag;
  }

  /** @throws HostError `DEFINITION_UNKNOWN` */
  async delete(kind: Kind, name: string): Promise<void> {
    await this.get(kind, name);
    await this.resources.delete({ project: PROJECT, type: kind, id: name });
    if (kind === 'tools') await this.tools.remove(name);
  }

  /** First all there are, then every change. */
  watch(kind: Kind, signal: AbortSignal): ReturnType<ResourceStore['watch']> {
    return this.resources.watch(PROJECT, kind, { signal });
  }

  private parse<K extends Kind>(kind: K, name: string, source: string, etag: string): Definitions[K] {
    const before = this.read.get(etag);
    if (before !== undefined) return before as Definitions[K]; // of the same text, which has one kind and one name
    const { definition } = readDefinition(kind, name, source);
    if (this.read.size >= READ_BEFORE) this.read.clear();
    this.read.set(etag, definition);
    return definition;
  }

  private async mustExist(kind: Kind, name: string, reference: Reference): Promise<void> {
    const found =
      reference.kind === 'tools'
        ? await this.tools.has(reference.name)
        : (await this.find('agents', reference.name)) !== undefined;
    if (found) return;
    const known = reference.kind === 'tools' ? await this.tools.names() : await this.names('agents');
    const message = `there is no ${reference.kind === 'tools' ? 'tool' : 'agent'} "${reference.name}": write one of ${known.join(', ') || '(none is defined yet)'}`;
    const placed = reference.place(message);
    const code = reference.kind === 'tools' ? 'TOOL_UNKNOWN' : 'AGENT_UNKNOWN';
    throw new HostError(code, `${kind}/${name}:${placed.line}:${placed.column} ${placed.path}: ${message}`, [placed]);
  }
}
