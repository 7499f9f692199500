/**
 * Log lines to HTML: one function for the panel and for the pieces appended to it, so that both look the same. There
 * are hundreds of them, which a template's includes would make slow.
 */
import { escapeHtml } from '../escape-html.ts'
import type { LogLineView } from '../view-models/log-view.ts'

/** `mark` is a text to be marked where it is found, lower-cased. */
export function renderLogLines(lines: readonly LogLineView[], mark: string | null = null): string {
  return lines.map((line) => renderLogLine(line, mark)).join('')
}

function renderLogLine({ seq, time, clock, severity, source, message }: LogLineView, mark: string | null) {
  const e = escapeHtml
  return (
    `<li id="log-${seq}" class="log-line sev-${e(severity.toLowerCase())}">` +
    `<time datetime="${e(time.iso)}" title="${e(time.title)}" data-show="clock">${e(clock)}</time>` +
    `<span class="log-sev">${e(severity)}</span><span class="log-src">${markHits(source, mark)}</span>` +
    `<span class="log-msg">${markHits(message, mark)}</span></li>`
  )
}

function markHits(text: string, mark: string | null): string {
  const lower = mark === null ? '' : text.toLowerCase()
  // A few letters grow in lower case: places found there would not be places in the text.
  if (mark === null || lower.length !== text.length) return escapeHtml(text)
  let html = ''
  let at = 0
  for (let hit = lower.indexOf(mark); hit !== -1; hit = lower.indexOf(mark, at)) {
    html += `${escapeHtml(text.slice(at, hit))}<mark>${escapeHtml(text.slice(hit, hit + mark.length))}</mark>`
    at = hit + mark.length
  }
  return html + escapeHtml(text.slice(at))
}
