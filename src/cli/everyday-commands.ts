import { type Command, Option } from 'commander';
import { init, type InitOptions } from './commands/init';
import { instance, type InstanceOptions } from './commands/instance';
import { parseTimeout, ping, type PingOptions } from './commands/ping';
import { collect, DATA_DIR_OPTION, withConfigOptions, withServingOptions } from './config-options';
import { EXIT } from './exit-codes';
import { parseInstanceName } from './instances';
import { reportFailure } from './report-failure';

const PING_TIMEOUT_MS = 3000;

/** Adds what `respite` does without a command. */
export function addInstance(program: Command, version: string): void {
  const command = program
    .command('instance', { isDefault: true })
    .description('start the instance of a name, with its data, and serve until a signal (without a command: this)')
    .option('--config <file>', 'a YAML or JSON file (default: none)')
    .option('--set <path=value>', 'one setting, such as log.level=warn; repeatable', collect, [])
    .option('--json', 'print JSON');
  withServingOptions(command, "where its data is kept (default: below the user's data, by its name)")
    .option('--name <name>', "what it is called (default: the folder's name)", parseInstanceName)
    .addOption(new Option('--memory', 'keep nothing on disk').conflicts('dataDir'))
    // What is no command comes here as an argument.
    .allowExcessArguments()
    .action((options: InstanceOptions, { args: [unknown] }: Command) =>
      unknown === undefined
        ? instance(options, version)
        : program.error(`error: unknown command '${unknown}'`, { code: 'commander.unknownCommand' }),
    );
}

/** Adds `respite ping` and `respite init`. */
export function addPingAndInit(program: Command, print: (text: string) => void): void {
  withConfigOptions(program.command('ping').description('ask for a sign of life; the exit code is 0 or 1'))
    .option(...DATA_DIR_OPTION)
    .option('--name <name>', 'ask the instance of this name', parseInstanceName)
    .option('--url <url>', 'ask a Redis, redis://host:6379, whatever is configured')
    .addOption(
      new Option('--timeout <duration>', 'how long all of it may take')
        .argParser(parseTimeout)
        .default(PING_TIMEOUT_MS, '3s'),
    )
    .action(async (options: PingOptions) => {
      try {
        print(await ping(options));
      } catch (error) {
        // Whatever is the matter: who checks the health of something knows two codes.
        reportFailure(error, options.json === true);
        process.exitCode = EXIT.failed;
      }
    });
  program
    .command('init')
    .description('write respite.yaml, and a line each into .gitignore and .env; nothing is overwritten')
    .option('--json', 'print JSON')
    .action(async (options: InitOptions) => {
      print(await init(options));
    });
}
