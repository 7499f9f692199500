/** Bars of the timeline that go on grow, and the line of now moves, between two looks at the server. */
const drawnAt = new WeakMap()

/** Counts on from where the server drew it, by this machine's clock alone. */
function grow(element, attribute, perSecond) {
  const drawn = element.getAttribute(attribute)
  let base = drawnAt.get(element)
  if (base?.shown !== drawn)
    drawnAt.set(element, (base = { from: parseFloat(drawn), since: performance.now() }))
  const other = attribute === 'width' ? parseFloat(element.getAttribute('x')) : 0
  const grown = base.from + ((performance.now() - base.since) / 1000) * perSecond
  base.shown = `${Math.min(100 - other, grown).toFixed(2)}%`
  element.setAttribute(attribute, base.shown)
}

function tick() {
  if (document.hidden || document.documentElement.classList.contains('is-stale')) return
  for (const bar of document.querySelectorAll('[data-grow]')) grow(bar, 'width', Number(bar.dataset.grow))
  for (const now of document.querySelectorAll('[data-move]')) grow(now, 'x', Number(now.dataset.move))
}

setInterval(tick, 1000)
