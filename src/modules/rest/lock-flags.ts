/** Says that a script or function may run beside others, which is never needed here; Redis does not know it. */
const FLAG = 'allow-key-locking';

/** A script without the flag, which stands in its first line. */
export function scriptWithoutFlag(script: string): string {
  return script.replace(/^(#!lua[^\n]*?)\s+flags=([^\s]*)/, (shebang, start: string, flags: string) => {
    const known = flags.split(',').filter((flag) => flag !== FLAG);
    if (known.join(',') === flags) return shebang;
    return known.length === 0 ? start : `${start} flags=${known.join(',')}`;
  });
}

/** A library without the flag, which stands in the lists of flags of its functions. */
export function libraryWithoutFlag(code: string): string {
  return code.replace(/\bflags\s*=\s*\{([^{}]*)\}/g, (list, flags: string) => {
    const all = flags.split(',');
    const known = all.filter((flag) => flag.trim().slice(1, -1) !== FLAG);
    return known.length === all.length ? list : `flags={${known.join(',')}}`;
  });
}
