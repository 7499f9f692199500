/**
 * What of a run is worth reading aloud while it works: the phase it comes to, each quarter of the way, a pause, its going
 * on and its end. Said at most every few seconds, and then only the latest; what is more than progress, at once.
 */
import { announce } from './toast.js'

const APART_MS = 5_000
const find = (selector) => document.querySelector(selector)

let known = read()
let timer
let pending
let saidAt = -APART_MS

function read() {
  return {
    run: find('[data-shown-run]')?.dataset.shownRun,
    name: find('.run-title')?.textContent.trim(),
    status: find('.run-head .status')?.lastChild.textContent.trim(),
    quarter: Math.floor((find('.run-head progress')?.value ?? 0) / 25),
    phase: find('#run-tree [aria-level="1"].tone-work .node-label')?.firstChild.textContent.trim(),
  }
}

function say(text) {
  clearTimeout(timer)
  timer = undefined
  saidAt = performance.now()
  announce(`${known.name} ${text}`)
}

document.addEventListener('htmx:after:swap', () => {
  const { run, status, quarter, phase } = known
  known = read()
  // A result is announced with the toasts.
  if (known.run !== run || find(`[data-results] [data-run="${CSS.escape(run)}"]`)) return
  if (known.status !== status) return say(known.status)
  const told = []
  if (known.phase && known.phase !== phase) told.push(known.phase)
  if (known.quarter > quarter && known.quarter < 4) told.push(`${known.quarter * 25} %`)
  if (told.length === 0) return
  pending = told.join(', ')
  timer ??= setTimeout(() => say(pending), saidAt + APART_MS - performance.now())
})
