import { EVAL_COMMANDS } from './eval';
import { script } from './script';

export const SCRIPTING_COMMANDS = [...EVAL_COMMANDS, script];
