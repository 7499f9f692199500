/** Which run is shown, where, and what of it was chosen. */
import type { RefusedBound } from '../view-models/cost-view.ts'
import type { LogAsk } from '../view-models/log-view.ts'

export interface RunSelection {
  runId: string
  node: string | null
  /** A bound that was typed and could not be taken. */
  refused?: RefusedBound | undefined
  /** Of the page's address: what is asked of its parts. */
  params: URLSearchParams
  /** What the address says of the log. */
  log: LogAsk
  /** 1 where the run is the page, 2 where it is a part of one. */
  headingLevel: 1 | 2
  /** The page's own link that selects a node. */
  hrefOf(node: string | null): string
}
