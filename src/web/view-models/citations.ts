/**
 * The last step of showing prose: HTML that is already sanitized gets its citations turned into chips that jump to the
 * evidence, and figures that no evidence bears out are marked. Adds only elements made here from escaped text; touches
 * nothing inside tags, links or code.
 */
import type { Decision, Evidence } from '../../committee/decision.ts'
import { escapeHtml } from '../escape-html.ts'
import { showEvidence } from './evidence-view.ts'
import { findUnverified, type MarkSpan } from './unverified-marks.ts'

/** Tags, or a bracket of one or more evidence ids. Sanitized HTML has no bare `>` inside attribute values. */
const PIECES = /<[^>]*>|\[(E\d+(?:\s*[,;]\s*E\d+)*)\]/g
const OPAQUE = new Set(['a', 'code', 'pre'])

export interface ProseContext {
  evidence: ReadonlyMap<string, Evidence>
  unverified: Decision['unverified']
  /** All evidence there will be is known: an id that is not among it is an error. */
  isSettled: boolean
}

export interface ProseFacts extends Pick<Decision, 'evidence' | 'unverified'> {
  isSettled: boolean
}

export function createProseContext({ evidence, unverified, isSettled }: ProseFacts): ProseContext {
  return { evidence: new Map(evidence.map((item) => [item.id, item])), unverified, isSettled }
}

/** One chip. An id that no evidence has is no link, and a warning once no more evidence can come. */
export function renderChip(id: string, context: ProseContext): string {
  const item = context.evidence.get(id)
  if (!item) {
    const [look, why] = context.isSettled
      ? ['chip-unknown', 'not in the evidence table']
      : ['chip-awaited', 'its value comes when the tool that measures it is done']
    return `<span class="chip ${look}" title="${why}">${escapeHtml(id)}</span>`
  }
  const title = `${item.label}: ${showEvidence(item)} · ${item.source}, ${item.as_of}`
  return `<a class="chip" href="#${escapeHtml(id)}" title="${escapeHtml(title)}">${escapeHtml(id)}</a>`
}

export function renderChips(ids: readonly string[], context: ProseContext): string {
  return ids.map((id) => renderChip(id, context)).join(' ')
}

/** Plain text to HTML with chips and marks. */
export function renderProse(text: string, context: ProseContext): string {
  return decorate(escapeHtml(text), context)
}

/** Sanitized HTML to the same with chips and marks. */
export function decorate(html: string, context: ProseContext): string {
  const out: string[] = []
  const marks = findUnverified(html, context.unverified)
  let opaqueDepth = 0
  let from = 0
  const text = (end: number) => {
    out.push(opaqueDepth > 0 ? html.slice(from, end) : bindUnits(markUnverified(html, from, end, marks)))
  }
  for (const match of html.matchAll(PIECES)) {
    text(match.index)
    from = match.index + match[0].length
    if (match[1] === undefined) {
      opaqueDepth = Math.max(0, opaqueDepth + depthChange(match[0]))
      out.push(match[0])
    } else if (opaqueDepth > 0) {
      out.push(match[0])
    } else {
      out.push(renderChips(match[1].split(/\s*[,;]\s*/), context))
    }
  }
  text(html.length)
  return out.join('')
}

function depthChange(tag: string): number {
  const name = /^<\/?([a-z0-9]+)/i.exec(tag)?.[1]?.toLowerCase() ?? ''
  if (!OPAQUE.has(name)) return 0
  return tag.startsWith('</') ? -1 : 1
}

const UNVERIFIED = '<mark class="unverified" title="no evidence bears this out">'

/** The HTML from `from` to `end` with the marks that lie in it. */
function markUnverified(html: string, from: number, end: number, marks: readonly MarkSpan[]): string {
  let marked = ''
  let at = from
  for (const mark of marks) {
    if (mark.start < at || mark.end > end) continue
    marked += `${html.slice(at, mark.start)}${UNVERIFIED}${html.slice(mark.start, mark.end)}</mark>`
    at = mark.end
  }
  return marked + html.slice(at, end)
}

/** A figure and its percent sign stay on one line, and so does a date. */
function bindUnits(text: string): string {
  return text
    .replace(/(\d(?:<\/mark>)?) %/g, '$1\u00a0%')
    .replace(/\b\d{4}-\d\d-\d\d\b/g, '<span class="unbroken">$&</span>')
}
