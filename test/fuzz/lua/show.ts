/** How values are written by the scripts of the fuzzers. */
export interface ShowOptions {
  /** The Lua expression that writes the number `v`; `nan` aside. */
  readonly number: string;
  /** Tables nested deeper than this are cut off. */
  readonly depth: number;
}

/** Lua: `show(v, depth)` writes a value the same on every server, `line(...)` several. */
export function showFunctions({ number, depth }: ShowOptions): string {
  return `local function show(v, depth)
  if type(v) == 'number' then return v ~= v and 'nan' or ${number} end
  if type(v) == 'string' then return string.format('%q', v) end
  if type(v) ~= 'table' then return type(v) == 'boolean' and tostring(v) or type(v) end
  if depth > ${String(depth)} then return '...' end
  local parts = {}
  for key, value in next, v do parts[#parts + 1] = show(key, depth + 1) .. '=' .. show(value, depth + 1) end
  table.sort(parts)
  return '{' .. table.concat(parts, ' ') .. '}'
end
local function line(...)
  local parts = {}
  for i = 1, select('#', ...) do parts[i] = show((select(i, ...)), 0) end
  return table.concat(parts, ', ')
end
`;
}
