import { contract, useServers, type Step } from '../harness';
import conversions from './programs/conversions';
import dataLibraries from './programs/data-libraries';
import evaluationOrder from './programs/evaluation-order';
import json from './programs/json';
import languageAndLibrary from './programs/language-and-library';
import stringsAndNumerals from './programs/strings-and-numerals';
import syntax from './programs/syntax';
import tablesAndNames from './programs/tables-and-names';
import zeros from './programs/zeros';

useServers();

const SETUP: readonly Step[] = [
  ['SET', 'str', 'abc'],
  ['HSET', 'h', 'a', 1, 'b', 2],
];

const run = (programs: readonly string[]): Step[] => [
  ...SETUP,
  ...programs.map((program): Step => ['EVAL', program, 2, 'k1', 'k2', 'a1', 'a2']),
];

// What a table's address looks like differs from run to run: programs must not return one.
contract('Lua: language, library, errors', run(languageAndLibrary));
contract('Lua: evaluation order', run(evaluationOrder));
contract('Lua: syntax errors', run(syntax));
contract('Lua: strings, patterns, numerals', run(stringsAndNumerals));
contract('Lua: cmsgpack, struct, bit', run(dataLibraries));
contract('Lua: cjson', run(json));
contract('Lua: tables, names in messages', run(tablesAndNames));
contract('Lua: conversions', run(conversions));
contract('Lua: signs of zero', run(zeros));
