/**
 * Log lines to HTML: one function for the panel and for the pieces appended to it, so that both look the same. There
 * are hundreds of them, which a template's includes would make slow.
 */
import { escapeHtml } from '../escape-html.ts'
import type { LogLineView } from '../view-models/log-view.ts'

export function renderLogLines(lines: readonly LogLineView[]): string {
  return lines.map(renderLogLine).join('')
}

function renderLogLine({ seq, time, clock, severity, source, message }: LogLineView): string {
  const e = escapeHtml
  return (
    `<li id="log-${seq}" class="log-line sev-${e(severity.toLowerCase())}">` +
    `<time datetime="${e(time.iso)}" title="${e(time.title)}" data-show="clock">${e(clock)}</time>` +
    `<span class="log-sev">${e(severity)}</span><span class="log-src">${e(source)}</span>` +
    `<span class="log-msg">${e(message)}</span></li>`
  )
}
