/**
 * Keys of lists and runs: `j` and `k` move through the rows, `x` ticks, `c` cancels, `/` searches, `?` lists all keys.
 * A row that an update took away leaves its place to the one that is there now.
 */
import { showToast } from './toast.js'

/** Where the reader stands in the list. */
let place = -1

const rows = () => [...document.querySelectorAll('[data-run-row]')].filter((row) => row.checkVisibility())
const rowOf = (element) => element?.closest?.('[data-run-row]')

function move(step) {
  const present = rows()
  const at = present.indexOf(rowOf(document.activeElement))
  // The row that stood here is gone: its place is taken by the next one already.
  const from = at >= 0 ? at : step > 0 ? place - 1 : place
  const target = present[Math.min(Math.max(from + step, 0), present.length - 1)]
  if (!target) return
  place = present.indexOf(target)
  target.querySelector('a.ticker').focus()
  target.scrollIntoView({ block: 'nearest' })
}

function cancel() {
  const row = rowOf(document.activeElement)
  const form = row
    ? row.querySelector('form[data-cancel]')
    : document.querySelector(':is(.run-head, .run-cost) form[data-cancel]')
  if (form) form.querySelector('button').click()
  else showToast({ text: row ? 'This run has ended.' : 'There is no run here to cancel.' })
}

const PRESSES = {
  j: () => move(1),
  k: () => move(-1),
  x: () => rowOf(document.activeElement)?.querySelector('[data-tick]')?.click(),
  c: cancel,
  '/': () => document.querySelector('[data-search]')?.select(),
  '?': open,
}

export function press({ key }) {
  PRESSES[key]()
}

export function open() {
  document.getElementById('keys').showModal()
}

document.addEventListener('focusin', ({ target }) => {
  const row = rowOf(target)
  if (row) place = rows().indexOf(row)
})
