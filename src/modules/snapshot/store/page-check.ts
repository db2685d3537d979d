import { DataFile } from './data-file';

/** @throws DamagedFileError */
export function checkPages(path: string): void {
  using file = new DataFile(path);
  file.meta();
}
