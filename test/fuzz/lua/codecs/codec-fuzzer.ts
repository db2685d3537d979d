import { SeededRandom } from '../../../support/seeded-random';
import type { WireReply } from '../../../support/resp-client';
import { showFunctions } from '../show';
import { TwoServers } from '../two-servers';
import { bitCase } from './bit-cases';
import { cjsonCase } from './cjson-cases';
import { cmsgpackCase } from './cmsgpack-cases';
import { structCase } from './struct-cases';

export interface CodecFuzzReport {
  readonly seed: number;
  readonly cases: number;
  /** Cases by library: how many gave values, how many an error. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each kind of error came, variable parts cut off: shows what the cases reach. */
  readonly errors: Readonly<Record<string, number>>;
}

/** One in eight is for `bit`, which has the least to find. */
const LIBRARIES = [
  { name: 'cjson', write: cjsonCase },
  { name: 'cmsgpack', write: cmsgpackCase },
  { name: 'struct', write: structCase },
  { name: 'cjson', write: cjsonCase },
  { name: 'cmsgpack', write: cmsgpackCase },
  { name: 'struct', write: structCase },
  { name: 'cjson', write: cjsonCase },
  { name: 'bit', write: bitCase },
] as const;

/** Cases in one EVAL, and EVALs on their way at once. */
const IN_SCRIPT = 50;
const IN_FLIGHT = 4;

const PRELUDE = `local out, at = {}, 0
${showFunctions({ number: "string.format('%.17g', v)", depth: 20 })}local function record(...)
  local text = line(...)
  if #text > 400 then text = text:sub(1, 300) .. '... ' .. #text .. ' ' .. redis.sha1hex(text) end
  out[at] = (out[at] and out[at] .. '; ' or '') .. text
end
local function run(f) at = at + 1 record(pcall(f)) end
local function nest(depth, v) for i = 1, depth do v = i % 3 == 0 and {a = v} or {v} end return v end
local function fill(count, v) local t = {} for i = 1, count do t[i] = v == nil and i or v end return t end
-- Lua orders tables that are keys by their address, and JavaScript does not keep the bits of a NaN.
local function isOwn(v)
  if type(v) ~= 'table' then return v ~= v end
  for key, value in next, v do if type(key) == 'table' or isOwn(value) then return true end end
  return false
end
local function comparable(...)
  for i = 1, select('#', ...) do if isOwn((select(i, ...))) then error('not to be compared') end end
  return ...
end
local loop = {} loop[1] = loop
local function defaults()
  cjson.encode_sparse_array(false, 2, 10) cjson.encode_max_depth(1000) cjson.decode_max_depth(1000)
  cjson.encode_number_precision(14) cjson.encode_keep_buffer(true)
  cjson.encode_invalid_numbers(false) cjson.decode_invalid_numbers(true)
end
defaults()
`;

/**
 * Has random values and bytes encoded and decoded by scripts on the real server and on ours, and compares what comes out,
 * error texts included.
 * @throws the first case that differs, with the seed that makes its script alone
 */
export async function fuzzCodecs({ seed, size }: { seed: number; size: number }): Promise<CodecFuzzReport> {
  const report = { seed, cases: 0, outcomes: {}, errors: {} };
  await TwoServers.with(async (servers) => {
    for (let script = 0; report.cases < size; script += IN_FLIGHT) {
      await servers.reset();
      const left = Math.ceil((size - report.cases) / IN_SCRIPT);
      const seeds = Array.from({ length: Math.min(IN_FLIGHT, left) }, (_, i) => seed + script + i);
      await Promise.all(seeds.map((each) => compareScript(servers, each, report)));
    }
  });
  return report;
}

interface Case {
  readonly library: string;
  readonly statements: string;
}

interface Counts {
  cases: number;
  readonly outcomes: Record<string, number>;
  readonly errors: Record<string, number>;
}

async function compareScript(servers: TwoServers, seed: number, counts: Counts): Promise<void> {
  const cases = casesOf(seed);
  const body = cases.map(({ statements }) => `run(function() ${statements} end)\n`).join('');
  const [expected, actual] = (await servers.ask('EVAL', `${PRELUDE}${body}return out`, '0')).map(lines);
  cases.forEach(({ library, statements }, i) => {
    const [left = expected?.[0] ?? '', right = actual?.[0] ?? ''] = [expected?.[i], actual?.[i]];
    if (left !== right && !isRefusedForSize(left, right))
      throw new Error(
        `FUZZ_SEED=${String(seed)}, case ${String(i + 1)}\n${statements}\n  redis:   ${left}\n  respite: ${right}`,
      );
    count(counts, library, left);
  });
}

/** Results of so many bytes are more than a script may take here: a server takes the machine's memory. */
const REFUSED_BYTES = 100_000_000;

/** Whether ours refused what the real server answered with a text as long as that; its length stands where it was cut. */
function isRefusedForSize(expected: string, actual: string): boolean {
  const length = /\.\.\. (\d+) [0-9a-f]{40}$/.exec(expected)?.[1];
  return Number(length ?? 0) > REFUSED_BYTES && actual === 'false, "not enough memory"';
}

function casesOf(seed: number): Case[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: IN_SCRIPT }, () => {
    const { name, write } = random.pick(LIBRARIES);
    return { library: name, statements: write(random) };
  });
}

function lines(reply: WireReply | undefined): string[] {
  if (reply === undefined) return ['connection closed'];
  return typeof reply.value === 'string' ? [reply.value] : reply.value.map(({ value }) => String(value));
}

function count(counts: Counts, library: string, result: string): void {
  const { outcomes, errors } = counts;
  counts.cases++;
  const message = /^false, "(?:user_script:\d+: )?(.*)"/s.exec(result)?.[1];
  const outcome = `${library}: ${message === undefined ? 'values' : 'errors'}`;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  if (message === undefined) return;
  const kind = message.replace(/'[^']*'|[-\d.]+/g, '_').slice(0, 80);
  errors[kind] = (errors[kind] ?? 0) + 1;
}
