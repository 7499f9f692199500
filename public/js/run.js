/** Starts the behaviours of a page that shows a run. */
import './hold.js'
import { keep } from './keep.js'
import './log.js'
import './tree.js'

const run = document.querySelector('[data-shown-run]')?.dataset.shownRun
if (run) keep('lastRun', run)
document.addEventListener('focusin', ({ target }) => target.matches('[role="tab"]') && import('./tabs.js'))
// Only of a run that still works is there anything to tell or to grow.
if (document.querySelector('form[data-cancel]')) {
  import('./milestones.js')
  import('./timeline.js')
}
