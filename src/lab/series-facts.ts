/** What is told of bars that were brought in from a file: shown to people, answered to programs, kept with them. */
import { z } from 'zod'

const remark = z.object({ line: z.int().min(1), reason: z.string() })

export const importedFactsSchema = z.object({
  /** What the file was called. */
  name: z.string(),
  ticker: z.string(),
  rows: z.int().min(1),
  /** ISO 8601; a day where bars are daily. */
  first: z.string(),
  last: z.string(),
  interval: z.string().meta({ description: 'How far bars are apart, mostly: 1 d, 5 min' }),
  adjustment: z.enum(['raw', 'adjusted']),
  /** What was mended, the first so many. */
  repairs: z.array(remark),
  repaired: z.int().min(0).meta({ description: 'How many repairs, those not listed included' }),
  notes: z.array(remark).meta({ description: 'What was noticed and left as it is' }),
  imported_at: z.iso.datetime(),
})

export type ImportedFacts = z.infer<typeof importedFactsSchema>

export interface ImportedListing extends ImportedFacts {
  /** SHA-256 of the bars: what a job names them by. */
  series: string
}

/** The import of price files, as doors use it. */
export interface SeriesDesk {
  /**
   * Reads a price file in a worker thread and keeps its bars; `name` is asked once all bytes are there, null for none. Throws `InputError` naming bad rows by line and reason,
   * `RefusedError` (413) for one that is too large, `LimitError` while too many are read.
   */
  importCsv(
    bytes: AsyncIterable<Uint8Array>,
    file: { name: () => string | null; signal: AbortSignal },
  ): Promise<ImportedListing>
  /** Newest first. */
  list(): Promise<ImportedListing[]>
  /** Throws `NotFoundError`. */
  describe(series: string): Promise<ImportedListing>
  /** Runs keep the bars they have begun with. Throws `NotFoundError`. */
  remove(series: string): Promise<void>
}
