/** Results that no tab has shown yet: a toast for each, as long as they are few; the rest are counted in one of their own. */
import { announce, showToast } from './toast.js'

const MOST_SHOWN = 3
let counted
let count = 0

/** The list items of the tray that tell them, the newest first. */
export function showResults(fresh) {
  let rest = 0
  for (const { textContent, dataset } of fresh) {
    // Whoever looks at the run itself sees its result.
    if (document.querySelector('[data-shown-run]')?.dataset.shownRun === dataset.run) announce(textContent)
    else if (document.querySelectorAll('.toast-result').length < MOST_SHOWN) {
      const toast = showToast({ text: textContent, href: dataset.href, failed: 'failed' in dataset })
      toast.classList.add('toast-result')
    } else rest++
  }
  if (rest === 0) return
  count = rest + (counted?.isConnected ? count : 0)
  counted?.remove()
  counted = showToast({ text: `${count} more finished`, href: '/runs', way: 'All runs' })
}
