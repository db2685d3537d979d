import { DataFile, type Meta, readableMetas } from '../../store/data-file';
import { codecOf } from '../../store/record-codec';
import type { DatasetKey } from '../../store/sealed-records';
import { FoundRecords } from './found-records';
import type { LostRanges } from './lost-ranges';
import { PageSalvage } from './page-salvage';

/** The pages of nearly every machine; asked for where no meta page says it. */
const USUAL_PAGE_BYTES = 4096;

/** What was read of a data file. */
export interface SalvagedFile {
  readonly found: FoundRecords;
  /** Where keys may be missing. */
  readonly lost: LostRanges;
  /** Whether all is there that the snapshot holds. */
  readonly complete: boolean;
  readonly damagedPages: number;
  /** Whether the snapshot is that of the older meta page, because the newer one leads nowhere. */
  readonly isPrevious: boolean;
  /** Whether both meta pages say that it is the last one. */
  readonly metasAgree: boolean;
}

/**
 * Reads what can be read of a data file, damaged or not. Changes nothing.
 * @param encryption what its records are encrypted with; `undefined` = they are not
 * @throws errors of the system when it cannot be read
 */
export function salvageFile(path: string, encryption: DatasetKey | undefined): SalvagedFile {
  using file = new DataFile(path);
  const { pages: metas, agree: metasAgree } = readableMetas(file);
  const attempts: SalvageAttempt[] = [];
  for (const meta of metas) {
    const attempt = {
      ...salvageFrom(file, meta.pageSize, meta, encryption),
      isPrevious: attempts.length > 0,
      metasAgree,
    };
    if (attempt.complete || attempt.readable) return attempt;
    attempts.push(attempt);
  }
  const [best] = attempts.sort((a, b) => b.found.proven - a.found.proven);
  if (best !== undefined && best.found.proven > 0) return best;
  const pageSize = metas[0]?.pageSize ?? USUAL_PAGE_BYTES;
  return { ...salvageFrom(file, pageSize, undefined, encryption), isPrevious: false, metasAgree };
}

interface SalvageAttempt extends SalvagedFile {
  /** Whether the meta page leads somewhere. */
  readonly readable: boolean;
}

function salvageFrom(file: DataFile, pageSize: number, meta: Meta | undefined, encryption: DatasetKey | undefined) {
  const found = new FoundRecords(codecOf(encryption).decoder());
  const pages = new PageSalvage(file, pageSize, meta, (entry, where) => found.take(entry, where));
  const readable = pages.walk();
  found.flush();
  const { lost } = pages;
  const isComplete = (): boolean => {
    if (found.stampProven) return found.proven === found.stamp?.count;
    return meta !== undefined && lost.none && found.proven === 0; // nothing was ever written
  };
  if (!isComplete()) pages.scan();
  if (found.stamp === undefined) pages.scanForStamps();
  found.flush();
  return { found, lost, complete: isComplete(), damagedPages: pages.damagedPages, readable };
}
