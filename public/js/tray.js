/**
 * Results as they come in: a toast in a tab that is looked at, a count in the title of one that is not; shown in one
 * tab, not again in another. Tabs in the background have no stream of their own; `leader.js` serves them.
 */
import { keep, onKeptElsewhere, recall } from './keep.js'

const SEEN_KEPT = 60
let title = document.title
/** Ends the locks by which other tabs know that this one is looked at. */
const looked = []

export const results = () => [...document.querySelectorAll('[data-results] [data-run]')]

/** Results that no tab has shown. On the first visit ever there are none: what ended before it is no news. */
export function findUnseen() {
  const seen = recall('seen', null)
  return seen === null ? [] : results().filter(({ dataset }) => !seen.includes(dataset.run))
}

export function setTitle(text) {
  title = text
  notice()
}

function notice() {
  const fresh = findUnseen()
  if (document.hidden && recall('seen', null) !== null) {
    document.title = fresh.length > 0 ? `(${fresh.length}) ${title}` : title
    return
  }
  document.title = title
  if (recall('seen', null) !== null && fresh.length === 0) return
  const ids = results().map(({ dataset }) => dataset.run)
  keep('seen', [...new Set([...recall('seen', []), ...ids])].slice(-SEEN_KEPT))
  if (fresh.length > 0) import('./results.js').then(({ showResults }) => showResults(fresh))
}

/** One tab of those in the background keeps a stream for all of them; from one that is looked at it needs none. */
function attend() {
  notice()
  if (!navigator.locks) return
  for (const end of looked.splice(0)) end()
  if (document.hidden) import('./leader.js').then(({ wait }) => wait())
  else {
    const hold = (end) => (document.hidden ? end() : looked.push(end))
    navigator.locks.request('rundesk-looked-at', { mode: 'shared' }, () => new Promise(hold))
  }
}

document.addEventListener('htmx:after:swap', notice)
document.addEventListener('visibilitychange', attend)
onKeptElsewhere(notice)
attend()
