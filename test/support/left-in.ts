import { readdirSync } from 'node:fs';

/** What a command left in its folder for temporary files, but for what Node compiled: from 22.1 on it keeps that there. */
export function leftIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== 'node-compile-cache');
}
