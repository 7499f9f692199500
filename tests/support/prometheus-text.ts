/** Reads Prometheus' text format 0.0.4, and refuses what is not of it. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Family {
  name: string
  help: string
  type: string
  samples: Sample[]
}

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|\+Inf|NaN)$/i
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy

/** Families by name, in order. Each has its help and type before its samples. */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  let open: Family | null = null
  for (const line of text.split('\n')) {
    if (line === '') continue
    const help = HELP.exec(line)
    const type = TYPE.exec(line)
    if (help) {
      if (families.has(help[1]!)) throw new Error(`${help[1]} is described twice`)
      open = { name: help[1]!, help: help[2]!, type: '', samples: [] }
      families.set(open.name, open)
    } else if (type) {
      if (open?.name !== type[1] || open!.type !== '') throw new Error(`out of place: ${line}`)
      open!.type = type[2]!
    } else {
      const sample = SAMPLE.exec(line)
      if (!sample) throw new Error(`not a sample: ${line}`)
      const name = sample[1]!
      const base: string = open?.type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name
      if (open === null || base !== open.name) throw new Error(`${name} does not stand here`)
      open.samples.push({ name, labels: parseLabels(sample[2] ?? ''), value: parseValue(sample[3]!) })
    }
  }
  return families
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text)
    if (!match) throw new Error(`not labels: {${text}}`)
    labels[match[1]!] = match[2]!
  }
  return labels
}

function parseValue(text: string): number {
  return /inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}
