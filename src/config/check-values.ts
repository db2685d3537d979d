import type { ConfigProblem } from './config-error';
import { kindOf } from './format';
import { nearestName } from './nearest-name';
import { redactWritten } from './redact';
import { listSettings, type Setting, type SettingsSchema, variableOf } from './setting';
import type { RawValue, Source } from './source';

/** A value that was read and found right. */
export interface CheckedValue {
  readonly setting: Setting<unknown>;
  readonly value: unknown;
  readonly source: Source;
}

/** What came out of checking: values by path, and everything that was wrong. */
export interface CheckResult {
  readonly values: ReadonlyMap<string, CheckedValue>;
  readonly problems: readonly ConfigProblem[];
}

/** Checks each value by itself. Later values replace earlier ones, but what is wrong in an earlier one is told too. */
export function checkValues(raw: readonly RawValue[], schema: SettingsSchema): CheckResult {
  const settings = new Map(listSettings(schema).map(({ path, setting }) => [path, setting]));
  const values = new Map<string, CheckedValue>();
  const problems: ConfigProblem[] = [];
  for (const entry of raw) {
    const { path, source } = entry;
    const setting = settings.get(path);
    const checked = setting === undefined ? unknownSetting(entry, [...settings.keys()]) : checkValue(entry, setting);
    if ('problem' in checked) problems.push(checked);
    else if (setting !== undefined) values.set(path, { setting, value: checked.value, source });
  }
  return { values, problems };
}

function checkValue({ path, value, source }: RawValue, setting: Setting<unknown>): ConfigProblem | { value: unknown } {
  try {
    if (value === undefined || value === null) throw new RangeError('is empty');
    return { value: setting.format.parse(value) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      code: 'CONFIG_INVALID',
      path,
      // A group or list in the place of a value may hold anything, so only its kind is told.
      ...(typeof value === 'object' || value === undefined ? {} : { value: redactWritten(setting, value) }),
      source: source.label,
      problem: error.message,
      remedy: `write ${setting.format.expected}`,
    };
  }
}

function unknownSetting({ path, value, source }: RawValue, known: readonly string[]): ConfigProblem {
  const inEnvironment = source.kind === 'environment';
  const candidates = inEnvironment ? known.map(variableOf) : known;
  const nearest = nearestName(path, candidates) ?? sameLeaf(path, known, inEnvironment);
  const isGroup = known.some((candidate) => candidate.startsWith(`${path}.`));
  return {
    code: 'CONFIG_INVALID',
    path: path === '' ? '(whole configuration)' : path,
    source: source.label,
    problem: isGroup || path === '' ? `is ${kindOf(value)}, not a group of settings` : 'is not a setting',
    remedy: isGroup
      ? `write its settings below it, such as ${known.find((candidate) => candidate.startsWith(`${path}.`)) ?? ''}`
      : nearest === undefined
        ? 'remove it'
        : `did you mean ${nearest}?`,
  };
}

/** `addr` for `redis.addr`: the right name in the wrong place. */
function sameLeaf(path: string, known: readonly string[], inEnvironment: boolean): string | undefined {
  const leaf = path.split('.').at(-1) ?? path;
  const found = known.filter((candidate) => candidate.endsWith(`.${leaf}`));
  return found.length === 1 && !inEnvironment ? found[0] : undefined;
}
