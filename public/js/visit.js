/**
 * Links marked `data-soft` change the page in place: what stays the same is not touched, so focus, scroll and open
 * details are kept. When that fails, the link is followed as any other.
 */
import { restartStream } from './stream.js'
import { setTitle } from './tray.js'

/** Path and query of what is shown, once it is not what was loaded; a hash only points into it. */
let shown
let current

function addressOf({ pathname, search }) {
  return pathname + search
}

export async function visit(href, { history: mode = 'push' } = {}) {
  current?.abort()
  const { signal } = (current = new AbortController())
  const url = new URL(href, location.href)
  // A link's own hash is for browsers without script; one that points into the present page is kept.
  url.hash = mode === 'push' ? '' : location.hash
  try {
    const response = await fetch(url, { headers: { Accept: 'text/html' }, signal })
    if (!response.ok || response.redirected) throw new Error(`answer ${response.status}`)
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const text = next.getElementById('page').innerHTML
    if (mode === 'push') history.pushState(null, '', url)
    if (mode === 'replace') history.replaceState(null, '', url)
    shown = addressOf(url)
    await htmx.swap({
      text,
      target: document.getElementById('page'),
      swap: 'innerMorph',
      sourceElement: document.body,
    })
    setTitle(next.title)
    restartStream(next.getElementById('stream'))
  } catch {
    if (!signal.aborted) location.assign(href)
  }
}

/** A link that was pressed. */
export async function follow(link) {
  const fromTree = link.dataset.node !== undefined
  await visit(link.href)
  if (fromTree) reveal(document.getElementById('report'))
}

/** A step in the history, on a page that was loaded from `loaded`. */
export function step(loaded) {
  if (addressOf(location) !== (shown ?? loaded)) visit(location.href, { history: 'keep' })
}

/** What the reader has just chosen comes into view; where its beginning can be read already, nothing moves. */
function reveal(panel) {
  const { top } = panel?.getBoundingClientRect() ?? {}
  if (top === undefined || (top >= 0 && top < window.innerHeight / 2)) return
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
  panel.scrollIntoView({ block: 'start', behavior: isStill ? 'auto' : 'smooth' })
}
