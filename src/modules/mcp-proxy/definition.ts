import type { McpDefinition, McpToolFilter, McpTransport } from './mcp-proxy';
import { definitionInvalid } from './mcp-errors';

const TRANSPORTS: readonly McpTransport[] = ['stdio', 'streamable-http', 'sse'];
/** They are paths of the proxy itself. */
const RESERVED = ['admin', 'mcp', 'healthz'];

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_HEALTH_INTERVAL_MS = 30_000;
/** Node's timers know no longer ones. */
const MAX_MS = 2 ** 31 - 1;

const KNOWN = [
  'name',
  'transport',
  'command',
  'args',
  'env',
  'url',
  'headers',
  'timeout',
  'tools',
  'autoReconnect',
  'healthInterval',
];

/** Why a value cannot be used, completing its name; `undefined` when it can. */
type Check = (value: unknown) => string | undefined;

const isText: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'is not text');

const isName: Check = (value) => {
  if (typeof value !== 'string' || !/^[a-z0-9-]{1,32}$/.test(value)) {
    return 'is not 1 to 32 of the characters a-z, 0-9 and -';
  }
  return RESERVED.includes(value) ? `is "${value}", a path of the proxy itself` : undefined;
};

const isTransport: Check = (value) =>
  TRANSPORTS.some((transport) => transport === value) ? undefined : `is none of ${TRANSPORTS.join(', ')}`;

const isUrl: Check = (value) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? undefined : 'is not a URL that begins with http';
};

const areTexts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'is not a list of texts';

const isFilter: Check = (value) => {
  if (!isRecord(value)) return 'is not { include, exclude }';
  const wrong = Object.entries(value).find(
    ([name, names]) => !['include', 'exclude'].includes(name) || areTexts(names) !== undefined,
  );
  return wrong === undefined ? undefined : `has "${wrong[0]}", which is not a list of names to include or exclude`;
};

const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'is neither true nor false');

const isDuration =
  (min: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= MAX_MS
      ? undefined
      : `is not a number of milliseconds from ${min} to ${MAX_MS}`;

/** Names of variables and of headers, and values that cannot end one header and begin another. */
const areEntries =
  (name: RegExp): Check =>
  (value) => {
    if (!isRecord(value)) return 'is not a group of texts';
    const wrong = Object.entries(value).find(
      ([key, text]) => !name.test(key) || typeof text !== 'string' || /[\r\n\0]/.test(text),
    );
    return wrong === undefined ? undefined : `has "${wrong[0]}", whose name or value cannot be used`;
  };

const CHECKS: Readonly<Record<string, Check>> = {
  name: isName,
  transport: isTransport,
  command: isText,
  args: areTexts,
  env: areEntries(/^[A-Za-z_][A-Za-z0-9_]*$/),
  url: isUrl,
  headers: areEntries(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/),
  timeout: isDuration(1),
  tools: isFilter,
  autoReconnect: isFlag,
  healthInterval: isDuration(0),
};

/**
 * Checks a definition and fills in the defaults.
 * @throws RespiteError `MCP_DEFINITION_INVALID`, naming everything that is wrong
 */
export function toDefinition(input: unknown): McpDefinition {
  if (!isRecord(input)) throw definitionInvalid(['it is not an object']);
  const problems = [
    ...Object.keys(input)
      .filter((name) => !KNOWN.includes(name))
      .map((name) => `"${name}" is none of its parts (${KNOWN.join(', ')})`),
    ...Object.entries(CHECKS).flatMap(([name, check]) => {
      const needed = name === 'name' || name === 'transport';
      const problem = input[name] === undefined && !needed ? undefined : check(input[name]);
      return problem === undefined ? [] : [`"${name}" ${problem}`];
    }),
    ...transportProblems(input),
  ];
  if (problems.length > 0) throw definitionInvalid(problems);
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const defaults = {
    timeout: DEFAULT_TIMEOUT_MS,
    autoReconnect: true,
    healthInterval: DEFAULT_HEALTH_INTERVAL_MS,
  };
  return { ...defaults, ...given } as unknown as McpDefinition; // each part was checked above
}

/** A program has no URL, and a URL no program. */
function transportProblems(input: Readonly<Record<string, unknown>>): string[] {
  const { transport } = input;
  if (isTransport(transport) !== undefined) return [];
  const needed = transport === 'stdio' ? 'command' : 'url';
  const others = transport === 'stdio' ? ['url', 'headers'] : ['command', 'args', 'env'];
  return [
    ...(input[needed] === undefined ? [`"${needed}" is missing, which ${String(transport)} needs`] : []),
    ...others.filter((name) => input[name] !== undefined).map((name) => `"${name}" is not for ${String(transport)}`),
  ];
}

/** Whether a filter lets a tool through. */
export function isOffered({ include, exclude = [] }: McpToolFilter = {}, tool: string): boolean {
  const included = include === undefined || include.some((pattern) => matches(pattern, tool));
  return included && !exclude.some((pattern) => matches(pattern, tool));
}

function matches(pattern: string, name: string): boolean {
  const literals = pattern.split('*').map((literal) => literal.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's').test(name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
