/** What was mended or noticed while a price file was read: by line, with the reason. */

export interface CsvRemark {
  /** As an editor counts, from 1. */
  line: number
  reason: string
}

/** Remarks kept one by one; of what comes after, only how many they are. */
const MAX_KEPT = 200

export interface CsvReport {
  /** Rows left out and figures taken from elsewhere. */
  repairs: CsvRemark[]
  /** How many repairs there are, those not kept included. */
  repaired: number
  /** What a reader should know and nothing was changed for: holes in the calendar. */
  notes: CsvRemark[]
}

export function createCsvReport(): CsvReport {
  return { repairs: [], repaired: 0, notes: [] }
}

export function addRepair(report: CsvReport, line: number, reason: string): void {
  report.repaired += 1
  if (report.repairs.length < MAX_KEPT) report.repairs.push({ line, reason })
}
