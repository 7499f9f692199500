/**
 * Links marked `data-soft` change the page in place: what stays the same is not touched, so focus, scroll and open
 * details are kept. When that fails, the link is followed as any other.
 */
import { restartStream } from './stream.js'
import { setTitle } from './tray.js'

let current

export async function visit(href, { history: mode = 'push' } = {}) {
  current?.abort()
  const { signal } = (current = new AbortController())
  const url = new URL(href, location.href)
  url.hash = ''
  try {
    const response = await fetch(url, { headers: { Accept: 'text/html' }, signal })
    if (!response.ok || response.redirected) throw new Error(`answer ${response.status}`)
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const text = next.getElementById('page').innerHTML
    if (mode === 'push') history.pushState(null, '', url)
    if (mode === 'replace') history.replaceState(null, '', url)
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

document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-soft]')
  if (!link || event.defaultPrevented || event.button !== 0) return
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  const fromTree = link.dataset.node !== undefined
  await visit(link.href)
  const report = document.getElementById('report')
  // Where the columns are stacked, the report of the node just chosen is out of sight.
  if (fromTree && report && matchMedia('(max-width: 1000px)').matches)
    report.scrollIntoView({ block: 'start' })
})
window.addEventListener('popstate', () => visit(location.href, { history: 'keep' }))
