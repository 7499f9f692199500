/** Bodies of the background-run calls: each key both as the rest of the desk spells it and in camel case. */
import { z } from '@hono/zod-openapi'

type CamelCase<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key

export type BothSpellings<Facts extends object> = Facts & {
  [Key in keyof Facts as Key extends string ? CamelCase<Key> : never]: Facts[Key]
}

/** Of the first level only; what is nested keeps the one spelling it has everywhere. */
export function spellBoth<Facts extends object>(facts: Facts): BothSpellings<Facts> {
  const camel = Object.entries(facts).map(([key, value]) => [toCamelCase(key), value as unknown])
  return { ...facts, ...Object.fromEntries(camel) } as BothSpellings<Facts>
}

/** The schema of such a body. */
export function spellBothInSchema<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  return z.object(
    spellBoth(shape) as { -readonly [Key in keyof BothSpellings<Shape>]: BothSpellings<Shape>[Key] },
  )
}

function toCamelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
