import type { UnusedSetting } from '../config';

/** Settings that have no effect as a list, one on a line, each with the reason. */
export function unusedLines(settings: readonly UnusedSetting[], indent = ''): string[] {
  return settings.map(({ path, source, reason }) => `${indent}- ${path} (${source}): ${reason}`);
}
