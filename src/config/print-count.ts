/** How many there are of something, as one says it: `1 record`, `2 records`. @param plural default: with an s */
export function printCount(count: number, one: string, plural = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : plural}`;
}
