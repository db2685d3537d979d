import { printCount } from '../../../errors';
import type { SalvageReport } from './salvage/salvage-report';
import { isWhole } from './salvage/salvage-report';

/** Names of keys that are said, at most. */
const MOST_NAMES = 20;

/** What of a directory was saved and what was not, in sentences without the first letter's case. */
export function describeSalvage(report: SalvageReport): string {
  return isWhole(report) ? 'all there was.' : `${lossesOf(report).join('; ')}.`;
}

/** What was not saved, each in a clause. */
export function lossesOf({ data, journals }: SalvageReport): string[] {
  const { damagedPages, damagedRecords, missingRecords, incompleteValues, namelessValues } = data;
  const { stop, skipped, doubtfulKeys } = journals;
  const clauses: (string | false)[] = [
    data.isOlder && 'the snapshot is not the last one that was written, or not surely',
    damagedPages > 0 && `${printCount(damagedPages, 'page')} of the data file cannot be read`,
    damagedRecords > 0 && `${printCount(damagedRecords, 'record')} whose checksum is wrong`,
    missingRecords === undefined && 'how many records are missing is not known',
    missingRecords !== undefined &&
      missingRecords > 0 &&
      `${printCount(missingRecords, 'record')} of the snapshot missing`,
    data.olderKeys > 0 && `${printCount(data.olderKeys, 'key')} that may be older, or deleted since`,
    data.databasesGuessed && 'which database a key belongs to had to be guessed',
    data.librariesLost && 'function libraries are lost',
    incompleteValues.length > 0 && `values that lack segments left out: ${namesOf(incompleteValues)}`,
    namelessValues > 0 && `${printCount(namelessValues, 'value')} of which not even the key is known left out`,
    skipped > 0 &&
      `${printCount(skipped, 'command')} of journals left out, whose keys may be lost: ${namesOf(doubtfulKeys)}`,
    stop !== undefined && `journals followed ${until(journals.until)}`,
  ];
  return clauses.filter((clause) => clause !== false);
}

/** Some names of keys, in quotes. */
function namesOf(keys: readonly string[]): string {
  const named = keys
    .slice(0, MOST_NAMES)
    .map((key) => JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key));
  const more = keys.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${String(more)} more` : named.join(', ');
}

function until(time: number | undefined): string {
  return time === undefined ? 'not at all' : `up to ${new Date(time).toISOString()}`;
}
