/**
 * What the reader looks at stays where it is while the page changes: what grows above it scrolls along. At the top of the
 * page nothing is above it, and what comes is let in.
 */
let anchor
let top = 0

const topOf = (element) => element.getBoundingClientRect().top

/** The panel that is read. The browser's own choice is a line of text, which an update may replace. */
function findAnchor() {
  const isRead = (card) => card.getBoundingClientRect().bottom > window.innerHeight / 3
  return window.scrollY > 0
    ? [...document.querySelectorAll('.run-grid .card:not(.tree-card)')].find(isRead)
    : undefined
}

document.addEventListener('htmx:before:swap', () => {
  anchor = findAnchor()
  top = anchor && topOf(anchor)
})
document.addEventListener('htmx:after:swap', () => {
  const moved = anchor?.isConnected ? topOf(anchor) - top : 0
  // To scroll by nothing would still end a scroll that is under way.
  if (moved !== 0) window.scrollBy({ top: moved, behavior: 'instant' })
})
