import { Command, Option } from 'commander';
import { backup, restore } from './commands/backup';
import { configDiagnostics } from './commands/config-diagnostics';
import { configShow } from './commands/config-show';
import { configValidate } from './commands/config-validate';
import type { DoctorOptions } from './commands/doctor';
import type { ExportCommandOptions } from './commands/export';
import type { ImportCommandOptions } from './commands/import';
import { snapshot, type SnapshotCommandOptions } from './commands/snapshot';
import { start, type StartOptions } from './commands/start';
import { addInstance, addPingAndInit } from './everyday-commands';
import { type ConfigOptions, DATA_DIR_OPTION, withConfigOptions, withServingOptions } from './config-options';
import { addMigrateCommand } from './migrate-command';
import { withMoveOptions } from './move-options';

/** The command line: `respite`, `respite start`, `respite snapshot`, `respite config show|validate|diagnostics`, ... */
export function createProgram(): Command {
  const program = new Command('respite')
    .description('Redis for Node applications, with or without a Redis server.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(respite --help lists what there is)');

  addInstance(program, packageVersion());
  addPingAndInit(program, print);
  withServingOptions(withConfigOptions(program.command('start').description('start, and serve until a signal')))
    .option('--guide', 'print what to try first')
    .option('--with <parts>', 'start these too: mcpproxy, temporal, or both; those that are configured start anyway')
    .action((options: StartOptions) => start(options, packageVersion()));

  withConfigOptions(
    program.command('snapshot').description('have the process that uses the data directory write a snapshot now'),
  )
    .option(...DATA_DIR_OPTION)
    .option('--full', 'write everything anew, also when nobody uses the directory')
    .option('--new-key-file <file>', 'with --full, in a directory nobody uses: encrypt it with the key in this file')
    .option('--no-key', 'with --full, in a directory nobody uses: encrypt it no more')
    .action(async (options: SnapshotCommandOptions) => {
      print(await snapshot(options));
    });

  withConfigOptions(
    program
      .command('backup')
      .description('write one file with all of the data, while the process that uses it goes on'),
  )
    .argument('<file>', 'a new file, or - for standard output')
    .option(...DATA_DIR_OPTION)
    .action(async (file: string, options: ConfigOptions) => {
      const text = await backup(file, options);
      if (text !== undefined) print(text);
    });
  withConfigOptions(program.command('restore').description('bring a backup back into a new data directory'))
    .argument('<file>', 'the backup, or - for standard input')
    .option(...DATA_DIR_OPTION)
    .action(async (file: string, options: ConfigOptions) => {
      print(await restore(file, options));
    });
  addMoveCommands(program);
  addDoctor(program);
  addConfigCommands(program);
  return program;
}

function addConfigCommands(program: Command): void {
  const config = program.command('config').description('look at the configuration');
  withConfigOptions(config.command('show').description('every setting, its value and where it came from')).action(
    (options: ConfigOptions) => {
      print(configShow(options));
    },
  );
  withConfigOptions(config.command('validate').description('check the configuration, list every problem')).action(
    (options: ConfigOptions) => {
      print(configValidate(options));
    },
  );
  withConfigOptions(
    config.command('diagnostics').description('which mode each part runs in, why, and what the other would change'),
  ).action((options: ConfigOptions) => {
    print(configDiagnostics(options));
  });
}

/** `respite export`, `respite import` and `respite migrate`. */
function addMoveCommands(program: Command): void {
  withMoveOptions(
    program
      .command('export')
      .description('write the data of a data directory, in use or not, to a file')
      .argument('<file>', 'a file that is not there yet; - is stdout'),
  )
    .addOption(
      new Option('--format <format>', 'a key a line, or a file that Redis 7.0 loads')
        .choices(['ndjson', 'rdb'])
        .default('ndjson'),
    )
    .option('--force', 'replace a file that is there')
    .action(async (file: string, options: ExportCommandOptions) => {
      // Loaded here: only who moves data needs it.
      const { exportCommand } = require('./commands/export') as typeof import('./commands/export');
      await exportCommand(file, options);
    });

  withMoveOptions(
    program
      .command('import')
      .description('read a file of respite export or of Redis (RDB) into a data directory, in use or not')
      .argument('<file>', 'NDJSON or RDB, gzip or not; - is stdin'),
  )
    .option('--replace', 'replace keys and function libraries that are there')
    .addOption(
      new Option('--skip-existing', 'leave keys and function libraries that are there as they are').conflicts(
        'replace',
      ),
    )
    .option('--dry-run', 'look through the file, and write nothing')
    .action(async (file: string, options: ImportCommandOptions) => {
      const { importCommand } = require('./commands/import') as typeof import('./commands/import');
      await importCommand(file, options);
    });
  addMigrateCommand(program);
}

function addDoctor(program: Command): void {
  withConfigOptions(
    program
      .command('doctor')
      .description('look for everything that is the matter with a data directory, and change nothing'),
  )
    .option(...DATA_DIR_OPTION)
    .option('--repair <directory>', 'save what can be read into this new directory')
    .action(async (options: DoctorOptions) => {
      // Loaded here: it needs the engine, and hardly anybody needs it.
      const { doctor } = require('./commands/doctor') as typeof import('./commands/doctor');
      const { text, exitCode } = await doctor(options);
      print(text);
      process.exitCode = exitCode;
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function packageVersion(): string {
  const { version } = require('../../package.json') as { readonly version: string }; // our own
  return version;
}
