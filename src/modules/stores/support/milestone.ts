/** Whether a count is worth a line in the log: the first, the tenth, the hundredth. A flood shall not flood the log. */
export function isMilestone(count: number): boolean {
  return /^10*$/.test(String(count));
}
