/** What a kind of run may show besides the panels that every run has, and what its panels are given to read. */
import type { Aspect } from '../../runs/change.ts'
import type { RunState } from '../../runs/state.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Region } from '../page.ts'
import type { ProseContext } from '../view-models/citations.ts'
import type { KindHeadView } from '../view-models/run-header-view.ts'
import type { PageKit } from './page-deps.ts'

/** What all panels of one run read. */
export interface RunReader {
  /** Its files are gone: there is no state, only a summary and a decision. */
  readonly isPruned: boolean
  state(): Promise<RunState>
  decision(): Promise<Record<string, unknown> | null>
  summary(): Summary
}

export type Watching = (...aspects: Aspect[]) => Pick<Region, 'watch'>

export interface KindPanels {
  /** What its tree is called: who or what does the work. */
  treeTitle: string
  /** Its nodes write reports; without, what a node has is shown once it is selected. */
  hasReports: boolean
  /** The agent whose report is the verdict in prose; null where there is none. */
  decider: string | null
  /**
   * The regions of its own; the templates show those there are. `params` are those of the page's address; throws
   * `InputError` for what cannot be asked.
   */
  regions(
    kit: PageKit,
    runId: string,
    reader: RunReader,
    watching: Watching,
    params: URLSearchParams,
  ): Region[]
  /** What the citations in the report of a node refer to; null where reports cite nothing. */
  readProse(reader: RunReader, nodeId: string | null): Promise<ProseContext | null>
  /** Which model thinks, by agent; empty where none does. */
  modelsOf(state: RunState): Readonly<Record<string, string>>
  /** What its head has besides that of every run; null for nothing. */
  readHead(kit: PageKit, reader: RunReader): Promise<KindHeadView | null>
  /** What it does, in the words of the browser's tab; empty where its ticker says enough. */
  nameTab(input: unknown): string
  /** How often its page asks while its stream is away; null for as often as any. */
  pollSeconds: number | null
  /** Models are asked in it, now or later. */
  isThinking(state: RunState): boolean
}
