import { error } from '../commands/errors';

/** What a script says about itself in its `#!lua` line. */
export type ScriptFlag = 'no-writes' | 'allow-oom' | 'allow-stale' | 'no-cluster' | 'allow-cross-slot-keys';

const FLAGS: ReadonlySet<string> = new Set<ScriptFlag>([
  'no-writes',
  'allow-oom',
  'allow-stale',
  'no-cluster',
  'allow-cross-slot-keys',
]);

const isScriptFlag = (name: string): name is ScriptFlag => FLAGS.has(name);

/** A script's source, taken apart. */
export interface ScriptSource {
  /** Lua; the lines keep their numbers. */
  readonly body: string;
  /** Nothing for a script without a `#!` line: it runs by the rules from before Redis 7. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
}

/** Reads the `#!lua flags=...` line of EVAL and SCRIPT LOAD. @throws ErrorReply */
export function parseShebang(source: string): ScriptSource {
  if (!source.startsWith('#!')) return { body: source, flags: undefined };
  const end = source.indexOf('\n');
  if (end < 0) throw error('Invalid script shebang');
  const [engine = '', ...options] = source
    .slice(0, end)
    .split(/[ \t\r\v\f]+/)
    .filter((part) => part !== '');
  if (engine !== '#!lua') throw error(`Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith('flags=')) throw error(`Unknown lua shebang option: ${option}`);
    for (const flag of option.slice('flags='.length).split(',')) {
      if (flag === '') continue;
      if (!isScriptFlag(flag)) throw error(`Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return { body: source.slice(end), flags };
}
