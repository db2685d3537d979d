import type { Setting } from './setting';

const HIDDEN = '***';

/** A setting's value as it may be shown to anyone: secrets hidden, also those inside URLs, units written out. */
export function redact(setting: Setting<unknown>, value: unknown): unknown {
  if (setting.sensitive === true) return value === '' ? '' : HIDDEN;
  if (setting.format.name === 'url' && typeof value === 'string') return redactUrl(value);
  if (typeof value === 'string') return hideCredentials(value);
  if (Array.isArray(value))
    return value.map((item: unknown) => (typeof item === 'string' ? hideCredentials(item) : item));
  return setting.format.print === undefined || typeof value !== 'number' ? value : setting.format.print(value);
}

/** What somebody wrote, before it was read: as `redact`, but a number stays the number that was written. */
export function redactWritten(setting: Setting<unknown>, value: unknown): unknown {
  return typeof value === 'number' && setting.sensitive !== true ? value : redact(setting, value);
}

/**
 * Hides what may be a login in a text that should hold none: whoever writes a whole URL where an address belongs is told
 * so, without its password. Everything before the last `@` goes, and what stands in a query.
 */
export function hideCredentials(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  // ":secret" is a login whose host was forgotten.
  if (at < 0 && /(^|,)\s*:(?!:)/.test(rest)) return scheme + HIDDEN;
  const shown = at < 0 ? rest : HIDDEN + rest.slice(at);
  return scheme + shown.replace(/\?.*$/s, `?${HIDDEN}`);
}

/** Hides the password of a URL, and its query, which may carry one. What cannot be read as a URL is hidden whole. */
export function redactUrl(url: string): string {
  if (url === '') return '';
  if (!URL.canParse(url)) return HIDDEN;
  const shown = new URL(url);
  // Without a scheme like redis:// a "user:password@host" parses as a URL with the scheme "user:".
  if (shown.host === '') return HIDDEN;
  if (shown.password !== '') shown.password = HIDDEN;
  if (shown.search !== '') shown.search = HIDDEN;
  return shown.href;
}
