/**
 * What the reader looks at stays where it is while the page changes. What grows above it scrolls along; a report that is
 * begun anew, or gives way to a shorter one, keeps the height it had, so that what stands below does not jump up and down
 * again, until another page or another width lets go of it.
 */
let height = 0
let anchor
let top = 0

const panel = () => document.getElementById('report')
const topOf = (element) => element.getBoundingClientRect().top
const heightOf = (element) => element?.getBoundingClientRect().height ?? 0

/** The first panel in view. The browser's own choice is a line of text, which an update may replace. */
function findAnchor() {
  const bar = document.querySelector('.topbar').getBoundingClientRect().bottom
  const isSeen = (card) => card.getBoundingClientRect().bottom > bar
  return window.scrollY > 0
    ? [...document.querySelectorAll('.run-grid .card:not(.tree-card)')].find(isSeen)
    : undefined
}

document.addEventListener('htmx:before:swap', () => {
  height = heightOf(panel())
  anchor = findAnchor()
  top = anchor && topOf(anchor)
})
document.addEventListener('htmx:after:swap', () => {
  const report = panel()
  if (report && heightOf(report) < height) report.style.minHeight = `${height}px`
  const moved = anchor?.isConnected ? topOf(anchor) - top : 0
  // To scroll by nothing would still end a scroll that is under way.
  if (moved !== 0) window.scrollBy({ top: moved, behavior: 'instant' })
})
window.addEventListener('resize', () => {
  const report = panel()
  if (report) report.style.minHeight = ''
})
