import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';

const NOT_ALLOWED = error(
  'MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);

const refused = (name: string, arity: number, since: string, syntax: string) =>
  defineCommand({
    name,
    arity,
    flags: ['admin', 'noscript', 'no_async_loading'],
    group: 'server',
    since,
    summary: 'Refused: there are no modules here.',
    complexity: 'O(1)',
    syntax,
    run() {
      throw NOT_ALLOWED;
    },
  });

const list = defineCommand({
  name: 'list',
  arity: 2,
  flags: ['admin', 'noscript'],
  group: 'server',
  since: '4.0.0',
  summary: 'Answers the loaded modules: none.',
  complexity: 'O(1)',
  hints: ['nondeterministic_output_order'],
  run: () => [],
});

/** Redis calls this command `module`; the name is taken in our language. */
export const moduleCommand = defineContainer({
  name: 'module',
  arity: -2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'Commands about modules; there are none here.',
  subcommands: [
    list,
    refused('load', -3, '4.0.0', 'path [arg [arg ...]]'),
    refused('loadex', -3, '7.0.0', 'path [CONFIG name value [CONFIG name value ...]] [ARGS args [args ...]]'),
    refused('unload', 3, '4.0.0', 'name'),
  ],
});
