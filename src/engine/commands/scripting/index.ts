import { EVAL_COMMANDS } from './eval';
import { FCALL_COMMANDS } from './fcall';
import { script } from './script';

/** The commands of scripts and functions; FUNCTION is apart. */
export const SCRIPTING_COMMANDS = [...EVAL_COMMANDS, script, ...FCALL_COMMANDS];
