import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readYaml } from '../definitions/yaml';
import { duration } from './duration';

const words = z.string({ error: 'write text' });
const count = z.coerce.number({ error: 'write a whole number' }).int('write a whole number').min(0, 'write 0 or more');

/** Defaults are written as in the file, and go through the same checks. */
const schema = z.strictObject({
  listen: z.strictObject({ host: words.default('127.0.0.1'), port: count.default(3000) }).prefault({}),
  definitions: words.default('./config'),
  admin_key_file: words.default('./admin.key'),
  model: z
    .strictObject({
      url: z.url('write the address of a server, such as http://127.0.0.1:3999/v1').default('http://127.0.0.1:3999/v1'),
      name: words.default('scripted'),
      api_key: words.default(''),
      timeout: duration.prefault('60s'),
    })
    .prefault({}),
  runs: z
    .strictObject({
      max_duration: duration.prefault('1d'),
      keep: duration.prefault('7d'),
      concurrency: count.default(16),
      /** After how long without a sign of life another process, or the next start, takes a step over. */
      takeover: duration.prefault('15s'),
    })
    .prefault({}),
  limits: z.strictObject({ active: count.default(100), per_minute: count.default(600) }).prefault({}),
});

/** What the host goes by. Times are in milliseconds. */
export type Settings = z.output<typeof schema>;

/** Nest's token for the settings. */
export const SETTINGS = Symbol('settings');

/**
 * Reads `host.yaml` (or HOST_FILE), over which HOST_ variables take precedence.
 * @throws HostError `SETTINGS_INVALID`
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const file = env['HOST_FILE'] ?? 'host.yaml';
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return readYaml(file, withVariables(text, env), schema, 'SETTINGS_INVALID').value;
}

function withVariables(text: string, env: NodeJS.ProcessEnv): string {
  const document = parseDocument(text);
  const given = leaves(schema).flatMap((path) => {
    const value = env[`HOST_${path.join('_').toUpperCase()}`];
    return value === undefined ? [] : [{ path, value }];
  });
  // Untouched, so that mistakes are told with the lines they are on.
  if (given.length === 0 || document.errors.length > 0) return text;
  for (const { path, value } of given) document.setIn(path, value);
  return document.toString();
}

function leaves(group: z.ZodObject, above: readonly string[] = []): string[][] {
  return Object.entries(group.shape).flatMap(([name, member]) => {
    const path = [...above, name];
    const inner: unknown = member instanceof z.ZodPrefault ? member.unwrap() : member;
    return inner instanceof z.ZodObject ? leaves(inner, path) : [path];
  });
}
