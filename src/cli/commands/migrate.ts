import { printCount } from '../../errors';
import { migrateBetween, type MigrateReport } from '../../migration/migrate';
import { openServer } from '../../migration/open-server';
import { databaseOf } from '../../migration/server-settings';
import { sourcesOf } from '../config-options';
import { move } from '../move';
import type { MigrateCommandOptions } from '../migrate-options';
import { json } from '../render';
import { CommandUsageError } from '../usage-error';
import { abortCutover, checkLiveOptions, moveLive } from './migrate-live';

/** Moves the data of a data directory to a Redis, or of a Redis to a data directory, and prints what it did. */
export async function migrateCommand(options: MigrateCommandOptions): Promise<void> {
  const { to, from, replace, skipExisting, dryRun, resume, verify, verifyOnly, rate, batch, match } = options;
  checkLiveOptions(options);
  if ((to === undefined) === (from === undefined)) {
    throw new CommandUsageError('Say where to with --to, or where from with --from: one of both.');
  }
  const named = to ?? from;
  const url = named === true ? undefined : named;
  const outwards = to !== undefined;
  const databases = databasesOf(options, databaseOf(url), outwards);
  const isLive = options.live === true || options.abortCutover === true;
  const mustExist = outwards || dryRun === true || verifyOnly === true;
  const directory = isLive && outwards ? 'used' : mustExist ? 'existing' : 'any';
  const text = await move(options, directory, async ({ place, signal, progress }) => {
    const server = await openServer(sourcesOf(options), url);
    try {
      const [source, target] = outwards ? [place, server] : [server, place];
      if (options.abortCutover === true) return await abortCutover(source, options.json === true);
      if (options.live === true) {
        return await moveLive(options, { source, target, outwards, signal, progress, databases });
      }
      const report = await migrateBetween(source, target, {
        ...databases,
        match,
        existing: replace === true ? 'replace' : skipExisting === true ? 'skip' : 'refuse',
        dryRun,
        verify: verifyOnly === true ? 'only' : verify,
        resumeFile: resume,
        rate,
        batch,
        signal,
        onProgress: progress.listener,
      });
      if (options.json === true) return json({ from: source.name, to: target.name, ...report });
      return told(report, source.name, target.name);
    } finally {
      await server.close();
    }
  });
  if (text !== '') process.stdout.write(`${text}\n`);
}

/** A database in the URL is one of that side. */
function databasesOf({ db, toDb }: MigrateCommandOptions, inUrl: number | undefined, outwards: boolean) {
  if (inUrl === undefined) return { db, toDb };
  const [option, given] = outwards ? ['--to-db', toDb] : ['--db', db];
  if (given !== undefined && given !== inUrl) {
    throw new CommandUsageError(
      `The URL names database ${String(inUrl)}, and ${option} another. Leave one of them out.`,
    );
  }
  return outwards ? { db, toDb: inUrl } : { db: inUrl, toDb };
}

function told({ copied, verified }: MigrateReport, from: string, to: string): string {
  const lines: string[] = [];
  if (copied !== undefined) {
    const { dryRun, written, functions, expired, kept } = copied;
    const libraries = functions === 0 ? '' : ` and ${printCount(functions, 'function library', 'function libraries')}`;
    const rest = [
      ...(expired === 0 ? [] : [`; ${printCount(expired, 'key')} had expired`]),
      ...(kept === 0
        ? []
        : [`; ${printCount(kept, 'key or library', 'keys and libraries')} stayed as they were there`]),
    ].join('');
    const did = dryRun ? 'Would copy' : 'Copied';
    lines.push(
      `${did} ${printCount(written, 'key')}${libraries} from ${from} to ${to}${rest}.${dryRun ? ' Nothing was written.' : ''}`,
    );
  }
  if (verified !== undefined) {
    const { compared, onlyInTarget } = verified;
    const more = onlyInTarget === 0 ? '' : ` ${to} has ${printCount(onlyInTarget, 'further key')}.`;
    lines.push(`Compared ${printCount(compared, 'key')}: equal.${more}`);
  }
  return lines.join('\n');
}
