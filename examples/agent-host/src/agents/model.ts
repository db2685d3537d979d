/** What was said, by whom. */
export interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string;
}

/** A tool a model may call. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  call(args: Record<string, unknown>, signal: AbortSignal): Promise<unknown>;
}

/** What a model is asked. */
export interface Question {
  /** Its name; default that of the settings. */
  readonly model?: string;
  readonly instructions: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ModelTool[];
  /** How often it may go back to the model with what tools answered. */
  readonly maxTurns: number;
  readonly signal: AbortSignal;
}

/** What it answered. */
export interface Answer {
  readonly text: string;
  /** Tokens of the answer, where the model says how many. */
  readonly tokens?: number;
}

/** A language model. The host has one, over HTTP; another one is a class of its own, provided in its place. */
export abstract class Model {
  /** @throws HostError `MODEL_FAILED`, `MODEL_ANSWER_INVALID` */
  abstract answer(question: Question): Promise<Answer>;
}
