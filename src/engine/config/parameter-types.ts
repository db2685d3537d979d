import { choices, looseDouble, parseInt64 } from '../command/arguments';
import { parseMemory } from './parse-memory';

/** Why a value is refused, in Redis' words. */
export class ParameterProblem {
  constructor(readonly text: string) {}
}

/** Reads a value. @returns its canonical text, or what is wrong with it */
export type ParameterType = (text: string) => string | ParameterProblem;

const LONG_MAX = 9_223_372_036_854_775_807n;
/** The greatest unsigned number of 64 bits. */
export const ULONG_MAX = 18_446_744_073_709_551_615n;

/** `yes` or `no`. */
export const yesOrNo: ParameterType = (text) => {
  const word = text.toLowerCase();
  return word === 'yes' || word === 'no' ? word : new ParameterProblem("argument must be 'yes' or 'no'");
};

/** A whole number within limits. */
export function numberWithin(min: number, max: number | bigint): ParameterType {
  return (text) => {
    const value = parseInt64(text);
    if (value === undefined) return new ParameterProblem("argument couldn't be parsed into an integer");
    return withinRange(value, min, max);
  };
}

/** A size in bytes, with or without a unit. */
export function sizeFrom(min: number, max = LONG_MAX): ParameterType {
  return (text) => {
    const value = parseMemory(text);
    return value === undefined ? new ParameterProblem('argument must be a memory value') : withinRange(value, min, max);
  };
}

function withinRange(value: number | bigint, min: number | bigint, max: number | bigint): string | ParameterProblem {
  if (value >= min && value <= max) return String(value);
  return new ParameterProblem(`argument must be between ${String(min)} and ${String(max)} inclusive`);
}

/** One of several words. */
export function oneOf(choices: readonly string[]): ParameterType {
  return (text) =>
    choices.find((choice) => choice === text.toLowerCase()) ??
    new ParameterProblem(`argument(s) must be one of the following: ${choices.join(', ')}`);
}

const SHUTDOWN_OPTIONS = ['default', 'save', 'nosave', 'now', 'force'];

/** `shutdown-on-sigint`: some of the words, in Redis' order. */
export const shutdownOptions: ParameterType = (text) => {
  const words = text.toLowerCase().split(' ');
  const unknown = words.find((word) => !SHUTDOWN_OPTIONS.includes(word));
  if (unknown !== undefined)
    return new ParameterProblem(`argument(s) must be one of the following: ${SHUTDOWN_OPTIONS.join(', ')}`);
  if (words.includes('save') && words.includes('nosave'))
    return new ParameterProblem("shutdown options SAVE and NOSAVE can't be used simultaneously");
  const set = SHUTDOWN_OPTIONS.filter((option) => option !== 'default' && words.includes(option));
  return set.length === 0 ? 'default' : set.join(' ');
};

/** Any text. */
export const anyText: ParameterType = (text) => text;

/** A name that a host may have. */
export const hostName: ParameterType = (text) =>
  /^[A-Za-z0-9.-]*$/.test(text)
    ? text
    : new ParameterProblem('Hostnames may only contain alphanumeric characters, hyphens or dots');

/** The name of a file, without a folder. */
export const fileName: ParameterType = (text) =>
  text.includes('/') ? new ParameterProblem("dbfilename can't be a path, just a filename") : text;

/** `save`: pairs of seconds and changes. */
export const savePoints: ParameterType = (text) => {
  const numbers = text === '' ? [] : text.split(' ');
  const valid =
    numbers.length % 2 === 0 && numbers.every((word, i) => /^\+?\d+$/.test(word) && (i % 2 === 1 || Number(word) > 0));
  return valid ? numbers.map(Number).join(' ') : new ParameterProblem('Invalid save parameters');
};

/** The version whose way of reading doubles parameters have kept: hexadecimal ones too. */
const DOUBLES_OF = '7.0';

/** `latency-tracking-info-percentiles`: numbers from 0 to 100. */
export const percentiles: ParameterType = (text) => {
  const numbers =
    text === '' ? [] : text.split(' ').map((word) => (word === '' ? undefined : looseDouble(word, DOUBLES_OF)));
  if (numbers.includes(undefined)) {
    return new ParameterProblem('Invalid latency-tracking-info-percentiles parameters');
  }
  if (numbers.some((number = 0) => number < 0 || number > 100)) {
    return new ParameterProblem('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]');
  }
  return numbers.join(' ');
};

/** `maxmemory-clients`: a size in bytes, or a share of `maxmemory`. */
export const sizeOrPercent: ParameterType = (text) => {
  const percent = text.endsWith('%') ? parseInt64(text.slice(0, -1)) : undefined;
  if (percent !== undefined && percent >= 0) return percentage(BigInt(percent));
  const value = parseMemory(text);
  if (value === undefined) return new ParameterProblem('argument must be a memory or percent value');
  // Redis notes a percentage as a negative number, and takes a size of 64 bits for one.
  const noted = BigInt.asIntN(64, BigInt(value));
  return noted < 0n ? percentage(-noted) : String(value);
};

function percentage(percent: bigint): string | ParameterProblem {
  if (percent > 100n) return new ParameterProblem('percentage argument must be less or equal to 100');
  return percent === 0n ? '0' : `${String(percent)}%`;
}

/** `oom-score-adj-values`: three numbers. */
export const oomScores: ParameterType = (text) => {
  const words = text.split(' ');
  if (words.length !== 3) return new ParameterProblem('wrong number of arguments');
  const valid = words.every((word) => /^[+-]?\d+$/.test(word) && Math.abs(Number(word)) <= 2000);
  return valid
    ? words.map(Number).join(' ')
    : new ParameterProblem('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
};

/** What `proc-title-template` may contain, and whether it is something in a Redis without title, socket and file. */
const TITLE_VARIABLES: Readonly<Record<string, boolean>> = {
  title: false,
  'listen-addr': true,
  'server-mode': true,
  port: true,
  'tls-port': true,
  unixsocket: false,
  'config-file': false,
};

/** `proc-title-template`: a template that never comes to nothing. */
export const titleTemplate: ParameterType = (text) => {
  const variable = /\{\{|\{([^}]*)(\}?)/g;
  const variables = [...text.matchAll(variable)].filter(([match]) => match !== '{{');
  const known = variables.every(([, name = '', end]) => end === '}' && Object.hasOwn(TITLE_VARIABLES, name));
  const expanded = text.replaceAll(variable, (match, name = '') =>
    TITLE_VARIABLES[String(name)] === false ? '' : match,
  );
  return known && expanded.replaceAll(' ', '') !== ''
    ? text
    : new ParameterProblem('template format is invalid or contains unknown variables');
};

const BUFFER_CLASSES = choices({
  normal: 'normal',
  slave: 'slave',
  replica: 'slave',
  pubsub: 'pubsub',
});

/** `client-output-buffer-limit`: what is not named keeps its value. */
export function outputBufferLimits(current: () => string): ParameterType {
  return (text) => {
    const words = text === '' ? [] : text.split(' ');
    if (words.length % 4 !== 0) return new ParameterProblem('Wrong number of arguments in buffer limit configuration.');
    const limits = new Map<string, string>();
    const inForce = current().split(' ');
    for (let i = 0; i < inForce.length; i += 4) limits.set(inForce[i] ?? '', inForce.slice(i + 1, i + 4).join(' '));
    for (let i = 0; i < words.length; i += 4) {
      const name = BUFFER_CLASSES.get(words[i]?.toLowerCase() ?? '');
      if (name === undefined)
        return new ParameterProblem('Invalid client class specified in buffer limit configuration.');
      const [hard, soft] = [parseMemory(words[i + 1] ?? ''), parseMemory(words[i + 2] ?? '')];
      const seconds = words[i + 3] ?? '';
      if (hard === undefined || soft === undefined || !/^\d+$/.test(seconds)) {
        return new ParameterProblem('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
      }
      limits.set(name, `${String(hard)} ${String(soft)} ${seconds}`);
    }
    return [...limits].map(([name, values]) => `${name} ${values}`).join(' ');
  };
}

/** The name of a locale: there is only C's here. */
export const localeName: ParameterType = (text) =>
  text === '' || text === 'C' || text === 'POSIX' ? text : new ParameterProblem('Invalid locale name');
