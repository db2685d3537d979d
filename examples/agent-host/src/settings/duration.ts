import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `250ms`, `5s`, `2m`, `1h` or `7d`, read as milliseconds. */
export const duration = z
  .union([z.string(), z.number()], { error: 'write a time such as 500ms, 10s, 5m, 1h or 7d' })
  .transform((text, context) => {
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(text)) ?? [];
    const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
    // Node's timers know no longer ones.
    if (ms >= 0 && ms < 2 ** 31) return Math.round(ms);
    context.addIssue({ code: 'custom', message: 'write a time such as 500ms, 10s, 5m, 1h or 7d (24d at most)' });
    return z.NEVER;
  });
