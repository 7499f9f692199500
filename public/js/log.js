/**
 * The log as the page brings it holds no more lines than a fresh page would. Once its panel is in view or used, the viewer
 * is loaded and takes over; until then, and where it cannot be loaded, these lines are what there is.
 */
const MAX_LINES = 250

async function openViewer() {
  const panel = document.querySelector('[data-log-panel]:not([data-own])')
  if (!panel) return
  panel.dataset.own = ''
  const viewer = await import('./log-viewer.js')
  viewer.openLogViewer(panel)
}

const sight = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && openViewer())

function watch() {
  const list = document.getElementById('run-log-lines')
  while (list?.childElementCount > MAX_LINES) list.firstChild.remove()
  sight.disconnect()
  const panel = document.querySelector('[data-log-panel]:not([data-own])')
  if (panel) sight.observe(panel)
}

document.addEventListener('htmx:after:swap', watch)
document.addEventListener('focusin', ({ target }) => target.closest('[data-log-panel]') && openViewer())
watch()
