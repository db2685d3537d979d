import { EVAL_COMMANDS } from './eval';
import { FCALL_COMMANDS } from './fcall';
import { functionContainer } from './function';
import { script } from './script';

/** The commands of scripts and functions. */
export const SCRIPTING_COMMANDS = [...EVAL_COMMANDS, script, ...FCALL_COMMANDS, functionContainer];
