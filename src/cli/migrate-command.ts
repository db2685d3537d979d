import { type Command, Option } from 'commander';
import type { MigrateCommandOptions } from './migrate-options';
import { databaseNumber, positiveNumber, withMoveOptions } from './move-options';

/** Adds `respite migrate`. */
export function addMigrateCommand(program: Command): void {
  withMoveOptions(
    program
      .command('migrate')
      .description(
        'copy the data of a data directory, in use or not, to a Redis, or that of a Redis to it, and compare',
      ),
  )
    .option(
      '--to [url]',
      'to redis://..., redis-sentinel://... or redis-cluster://...; without a URL to the configured one',
    )
    .option('--from [url]', 'from there')
    .option('--to-db <number>', 'where the keys of --db go; default: the same number', databaseNumber)
    .option('--replace', 'replace keys and function libraries that are there')
    .addOption(
      new Option('--skip-existing', 'leave keys and function libraries that are there as they are').conflicts(
        'replace',
      ),
    )
    .option('--dry-run', 'look at what is here and there, and write nothing')
    .option('--verify', 'compare every key afterwards')
    .addOption(
      new Option('--verify-only', 'write nothing, compare every key').conflicts(['verify', 'dryRun', 'resume']),
    )
    .option('--resume <file>', 'keep in this file how far it is, and go on from there')
    .option('--rate <number>', 'so many keys a second, at most', positiveNumber)
    .option('--live', 'go on serving: copy, and then follow what changes until Ctrl-C or a cutover')
    .option('--cutover', 'with --live: when the target has caught up, let writers wait until the source ends')
    .option('--cutover-timeout <seconds>', 'let them wait so long at most (default: 60)', positiveNumber)
    .option('--prune', 'with --live --replace: remove what the target has and the source has not')
    .option('--abort-cutover', 'let writers of the source go on, and do nothing else')
    .option('--batch <number>', 'ask for so many keys at once (default: 512)', positiveNumber)
    .action(async (options: MigrateCommandOptions) => {
      const { migrateCommand } = require('./commands/migrate') as typeof import('./commands/migrate');
      await migrateCommand(options);
    });
}
