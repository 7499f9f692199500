/**
 * A page is a title, a template and a list of regions. A region is a named piece of it that can change while it is
 * looked at; the same template renders it in the page, as a fragment and as a push.
 */
import type { Aspect } from '../runs/change.ts'
import type { EstimateView } from './view-models/estimate-view.ts'

/** What makes a region out of date: a change to these aspects of a run, or any change that a list of runs shows. */
export type Watch = { run: string; aspects: readonly Aspect[] } | 'list'

/** New entries of a region that only grows: their HTML and the number of the last one. */
export interface Appended {
  html: string
  last: number
}

export interface Region {
  /** The DOM id, unique in the page; letters, digits and `-`. */
  id: string
  /** Names what is shown and how: regions with the same key have the same HTML, whoever looks. */
  key: string
  /** The partial, without folder prefix and extension: `run/header`. */
  template: string
  watch: readonly Watch[]
  /** The view model, made from the present state. */
  data(): object | Promise<object>
  /**
   * For regions that only grow: the HTML of what was added since `after` (a log's seq) and the number of its last
   * entry. Null when it must be shown whole because `after` is too old. That entries were taken back is noticed by the
   * stream, which then shows the region whole. The log is the one of the run that `watch` names with the aspect `log`.
   */
  appended?(after: number): Appended | null | Promise<Appended | null>
  /** Where new pieces go: the DOM id of an element inside the region, with `appended`. */
  appendTo?: string
  /** The present end of the log, with `appended`. */
  lastSeq?(): number | Promise<number>
}

export interface Page {
  /** Shown in the tab and the heading bar. */
  title: string
  /** Which entry of the main navigation is the present one. */
  nav: 'assess' | 'runs' | 'verdicts' | 'lab' | 'system' | null
  /** The page's template under `views/pages/`, without extension. */
  template: string
  /** What the template needs besides its regions. */
  data: object
  regions: readonly Region[]
  /** Running work is shown: without script the page refreshes itself, unless it has a form that this would wipe. */
  live: boolean
  hasForm: boolean
  /** How often it asks while its stream is away; every 5 s where left out. */
  pollSeconds?: number
}

/** Finds the page of a path and query; null where there is none. Throws `NotFoundError` for an unknown run. */
export type PageResolver = (url: URL) => Promise<Page | null>

/** Why a form was refused: the field's name as far as one is to blame, and the sentence to show. */
export interface Refusal {
  field: string | null
  message: string
}

/** What stands on the launch page besides what was typed: a refusal, or what it would take. */
export interface LaunchAnswer {
  refusal?: Refusal
  estimate?: EstimateView
}

/** The launch page once more, with the form as it was typed (every value of every field). */
export type LaunchPageResolver = (typed: Record<string, string[]>, answer: LaunchAnswer) => Promise<Page>

/** A run's page once more, with the bound that was typed and why it was refused. */
export type RunPageResolver = (
  runId: string,
  typed: Record<string, string[]>,
  refusal: Refusal,
) => Promise<Page>

/** The form of a job once more, as it was typed, and why it was refused. */
export type JobPageResolver = (typed: Record<string, string[]>, refusal: Refusal) => Promise<Page>

/** What the form would take as it stands; a form that cannot be launched is an answer, not an error. */
export type LaunchEstimator = (fields: Record<string, unknown>) => Promise<EstimateView>

/** The lab's page once more, with why a price file was refused. */
export type LabPageResolver = (refusal: Refusal) => Promise<Page>
