/** What a command answers, as text: texts as they are, everything else as JSON. */
export function print(value: unknown): void {
  console.log(typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2));
}

/** Columns, one line for each of `rows`. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
