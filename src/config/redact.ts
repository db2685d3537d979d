import type { Setting } from './setting';

const HIDDEN = '***';

/** A setting's value as it may be shown to anyone: secrets hidden, also those inside URLs, units written out. */
export function redact(setting: Setting<unknown>, value: unknown): unknown {
  if (setting.sensitive === true) return value === '' ? '' : HIDDEN;
  if (setting.format.name === 'url' && typeof value === 'string') return redactUrl(value);
  return setting.format.print === undefined || typeof value !== 'number' ? value : setting.format.print(value);
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
