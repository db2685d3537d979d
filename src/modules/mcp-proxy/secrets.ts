import { RespiteError } from '../../errors';
import type { McpDefinition } from './mcp-proxy';
import { definitionInvalid } from './mcp-errors';

/** What stands where a secret is. */
const HIDDEN = '***';

/** `${NAME}` */
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Shorter values would hide ordinary words. */
const MIN_SECRET_LENGTH = 6;

/** Names of arguments whose value nobody is to see. */
const SECRET_ARGUMENT = /(token|secret|password|passwd|api-?key|credential|auth)/i;

/**
 * A definition as it may be shown: values of variables and headers are hidden unless they only refer to a variable, and so
 * are the login and the query of a URL, and arguments whose name says that they are secret.
 */
export function redactDefinition(definition: McpDefinition): McpDefinition {
  const { env, headers, url, args } = definition;
  return {
    ...definition,
    ...(env && { env: redactValues(env) }),
    ...(headers && { headers: redactValues(headers) }),
    ...(url !== undefined && { url: redactLocation(url) }),
    ...(args && { args: redactArguments(args) }),
  };
}

/**
 * Puts what was hidden from whoever writes a definition back into it: what reads as the answer showed it, is as it was.
 * @throws RespiteError `MCP_DEFINITION_INVALID` for a value that is hidden and that there is none of
 */
export function restoreSecrets(written: McpDefinition, stored: McpDefinition | undefined): McpDefinition {
  const shown = stored && redactDefinition(stored);
  const { env, headers, url, args } = written;
  const restored: McpDefinition = {
    ...written,
    ...(env && { env: restoreValues(env, shown?.env, stored?.env) }),
    ...(headers && { headers: restoreValues(headers, shown?.headers, stored?.headers) }),
    ...(url !== undefined && { url: url === shown?.url ? (stored?.url ?? url) : url }),
    ...(args && { args: args.map((each, at) => (each === shown?.args?.[at] ? (stored?.args?.[at] ?? each) : each)) }),
  };
  const hidden = [
    ...Object.values(restored.env ?? {}),
    ...Object.values(restored.headers ?? {}),
    ...(restored.args ?? []),
  ].some((value) => value === HIDDEN || value.endsWith(`=${HIDDEN}`));
  if (hidden || restored.url?.includes(HIDDEN) === true) {
    throw definitionInvalid([`it holds "${HIDDEN}" where an answer hid a secret that is not stored: write the value`]);
  }
  return restored;
}

/**
 * The texts with every `${NAME}` replaced by the variable.
 * @throws RespiteError `MCP_ENV_MISSING`
 */
export function withVariables(
  texts: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const replaced = Object.entries(texts).map(([key, text]) => [
    key,
    text.replaceAll(REFERENCE, (_, name: string) => env[name] ?? missing(name, key)),
  ]);
  return Object.fromEntries(replaced) as Readonly<Record<string, string>>;
}

/** Takes the given secrets out of a text. */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

/** What must not be in a log line or an answer about a server. */
export function secretsOf({ env = {}, headers = {}, url, args = [] }: McpDefinition, own: NodeJS.ProcessEnv): string[] {
  const referred = [...Object.values(env), ...Object.values(headers)].flatMap((text) => [
    text,
    ...[...text.matchAll(REFERENCE)].map(([, name = '']) => own[name] ?? ''),
    // "Bearer secret": what is behind the word is secret without it, too.
    text.slice(text.indexOf(' ') + 1),
  ]);
  const shown = redactArguments(args);
  const hiddenArguments = args
    .filter((each, at) => each !== shown[at])
    .map((each) => each.slice(each.indexOf('=') + 1));
  const location = url === undefined ? undefined : new URL(url);
  return [...referred, ...hiddenArguments, location?.password ?? '', ...(location?.searchParams.values() ?? [])]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
}

function redactValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.replaceAll(REFERENCE, '') === '' ? value : HIDDEN]),
  );
}

function redactLocation(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = HIDDEN;
  if (shown.username !== '' && shown.password === '') shown.username = HIDDEN;
  if (shown.search !== '') shown.search = HIDDEN;
  return shown.href === new URL(url).href ? url : shown.href;
}

function redactArguments(args: readonly string[]): string[] {
  return args.map((each, at) => {
    const [name = '', ...value] = each.split('=');
    if (name.startsWith('-') && value.length > 0 && SECRET_ARGUMENT.test(name)) return `${name}=${HIDDEN}`;
    const before = args[at - 1] ?? '';
    const isValue = before.startsWith('-') && !before.includes('=') && SECRET_ARGUMENT.test(before);
    return isValue && !each.startsWith('-') ? HIDDEN : each;
  });
}

function restoreValues(
  written: Readonly<Record<string, string>>,
  shown: Readonly<Record<string, string>> | undefined,
  stored: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name,
      value === HIDDEN && shown?.[name] === HIDDEN ? (stored?.[name] ?? value) : value,
    ]),
  );
}

function missing(name: string, key: string): never {
  throw new RespiteError('MCP_ENV_MISSING', {
    message: `"${key}" refers to \${${name}}, and the proxy has no such variable. Set ${name} where the proxy starts.`,
  });
}
