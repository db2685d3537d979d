import { Inject, Injectable } from '@nestjs/common';
import type { LanguageModel, ToolSet } from 'ai';
import { HostError } from '../errors/host-error';
import { SETTINGS, type Settings } from '../settings/settings';
import { type Answer, Model, type ModelTool, type Question } from './model';

type Sdk = typeof import('ai') & Pick<typeof import('@ai-sdk/openai-compatible'), 'createOpenAICompatible'>;

/** A model behind any server that speaks OpenAI's chat completions, through the AI SDK. */
@Injectable()
export class HttpModel extends Model {
  private provider: ReturnType<Sdk['createOpenAICompatible']> | undefined;
  /** By name; agents name few, and making one takes longer than asking it. */
  private readonly models = new Map<string, LanguageModel>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    super();
  }

  override async answer({ model, instructions, messages, tools, maxTurns, signal }: Question): Promise<Answer> {
    const sdk = load();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.settings.model.timeout)]);
    try {
      const { text, usage } = await sdk.generateText({
        model: this.open(sdk, model),
        system: instructions,
        messages: [...messages],
        tools: toolsOf(sdk, tools, limit),
        stopWhen: sdk.stepCountIs(maxTurns),
        abortSignal: limit,
        // Steps have their own retries, which survive a restart.
        maxRetries: 0,
      });
      if (text.trim() === '')
        throw new HostError('MODEL_ANSWER_INVALID', `The model said nothing, in ${maxTurns} turns at most.`);
      return { text, ...(usage.outputTokens !== undefined && { tokens: usage.outputTokens }) };
    } catch (failure) {
      throw explain(sdk, failure, limit);
    }
  }

  private open(sdk: Sdk, name = this.settings.model.name): LanguageModel {
    const { url, api_key: apiKey } = this.settings.model;
    this.provider ??= sdk.createOpenAICompatible({ name: 'model', baseURL: url, ...(apiKey !== '' && { apiKey }) });
    const model = this.models.get(name) ?? this.provider(name);
    this.models.set(name, model);
    return model;
  }
}

let loaded: Sdk | undefined;

/** Loaded when the first agent is asked: it is large, and a host may have none. */
function load(): Sdk {
  loaded ??= {
    ...(require('ai') as typeof import('ai')),
    ...(require('@ai-sdk/openai-compatible') as typeof import('@ai-sdk/openai-compatible')),
  };
  return loaded;
}

/** Names of tools may not hold dots there. */
function toolsOf(sdk: Sdk, tools: readonly ModelTool[], signal: AbortSignal): ToolSet {
  const entries = tools.map(({ name, description, inputSchema, call }) => [
    name.replaceAll('.', '__'),
    sdk.dynamicTool({
      description,
      inputSchema: sdk.jsonSchema(inputSchema),
      execute: (args) => call(args as Record<string, unknown>, signal), // as its schema says
    }),
  ]);
  return Object.fromEntries(entries) as ToolSet;
}

function explain(sdk: Sdk, failure: unknown, limit: AbortSignal): unknown {
  if (failure instanceof HostError) return failure;
  const said = failure instanceof Error ? failure.message : String(failure);
  const options = { cause: failure };
  if (limit.aborted)
    return new HostError('MODEL_FAILED', 'The model did not answer in time: raise model.timeout.', undefined, options);
  if (sdk.APICallError.isInstance(failure) && (failure.statusCode === undefined || failure.statusCode >= 400)) {
    return new HostError(
      'MODEL_FAILED',
      `The model at ${failure.url} refused, or cannot be reached: ${said}`,
      undefined,
      options,
    );
  }
  return new HostError('MODEL_ANSWER_INVALID', `The model answered what cannot be used: ${said}`, undefined, options);
}
