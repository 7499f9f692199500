/**
 * The fields that answers are made of. Bounds are checks on our side and told in words: a shape that goes over the wire
 * has no optional fields and no keywords beyond types, enums and lists, which is what every provider's strict mode takes.
 */
import { z } from 'zod'

export const MAX_REPORT_CHARS = 8_000

/** Markdown for a person; always the first field, for it is shown while it is written. */
export const reportField = boundedText(
  MAX_REPORT_CHARS,
  'The report in Markdown, for a person. Written first; the other fields follow from it.',
)

/** Text of at most `maxChars`, and not empty. */
export function boundedText(maxChars: number, about: string) {
  return z
    .string()
    .refine((text) => text.trim() !== '', { error: 'is empty', abort: true })
    .refine((text) => text.length <= maxChars, {
      error: (issue) => `has ${String(issue.input).length} characters; at most ${maxChars} are read`,
    })
    .describe(`${about} At most ${maxChars} characters.`)
}

/** A number from `least` to `most`. */
export function boundedNumber(least: number, most: number, about: string) {
  return z
    .number()
    .refine((value) => value >= least && value <= most, {
      error: (issue) => `is ${String(issue.input)}; it must be from ${least} to ${most}`,
    })
    .describe(`${about} From ${least} to ${most}.`)
}

export function boundedList<Item extends z.ZodType>(item: Item, most: number, about: string) {
  return z
    .array(item)
    .refine((items) => items.length <= most, {
      error: (issue) => `has ${(issue.input as unknown[]).length} entries; at most ${most} are read`,
    })
    .describe(`${about} At most ${most}.`)
}

export const evidenceField = boundedList(
  z.string(),
  40,
  'Numbers of the evidence that this rests on, such as E12.',
)

/** As a model may write them, `[E12]` included; each once. */
export function readEvidenceIds(written: readonly string[]): string[] {
  return [...new Set(written.map((id) => id.trim().replace(/^\[(.*)\]$/, '$1')))]
}

/** A field that may be left empty. Null is named first, as the plain choice. */
export function orNull<Field extends z.ZodType>(field: Field) {
  return z.union([z.null(), field])
}
