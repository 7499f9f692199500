/** Parameters of a strategy as they are read: `fast 6, slow 163`. */

/** At most so many decimals: a step of 0.1 leaves 0.30000000000000004 behind. */
const SIGNIFICANT = 10

export function formatParam(value: number): string {
  return String(Number(value.toPrecision(SIGNIFICANT))).replace('-', '−')
}

/** One column of a table for each name; a dash where it has no value. */
export function formatParams(
  names: readonly string[],
  params: Readonly<Record<string, number | undefined>>,
): string[] {
  return names.map((name) => (params[name] === undefined ? '–' : formatParam(params[name])))
}

/** `sma-cross, fast 6, slow 163`. */
export function nameRun(work: string, params: Readonly<Record<string, number>>): string {
  return [work, describeParams(params)].filter((part) => part !== '').join(', ')
}

export function describeParams(params: Readonly<Record<string, number>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${formatParam(value)}`)
    .join(', ')
}
