/**
 * What is fetched when it is first asked for: the palette, most keys, soft links, the tray's menu and the like. Keys that
 * a browser would take for itself are taken from it at once. `g` and a letter goes to a page.
 */
const GO_MS = 1200
const KEYS = '?/jkxc'
const PARTS = {
  palette: () => import('./palette.js'),
  keys: () => import('./key-map.js'),
  theme: () => import('./theme-switch.js'),
  notify: () => import('./notify.js'),
  menu: () => import('./tray-menu.js'),
}
let goingUntil = 0
let pressed = Promise.resolve()

const isTyping = ({ target }) =>
  target.matches?.('input:not([type=checkbox]), select, textarea, [contenteditable]')

document.addEventListener('keydown', async (event) => {
  const { key, timeStamp } = event
  const isCommand = event.ctrlKey || event.metaKey
  if (isCommand && !event.altKey && !event.shiftKey && key.toLowerCase() === 'k') {
    event.preventDefault()
    ;(await PARTS.palette()).open()
  }
  if (isCommand || event.altKey || isTyping(event) || document.querySelector('dialog[open]')) return
  const going = timeStamp < goingUntil
  goingUntil = key === 'g' && !going ? timeStamp + GO_MS : 0
  if (going) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click()
  else if (KEYS.includes(key)) {
    if (key === '/' && document.querySelector('[data-search]')) event.preventDefault()
    // One after the other, for imports of the same file need not end in the order in which they were asked for.
    pressed = pressed.catch(() => undefined).then(async () => (await PARTS.keys()).press(event))
  }
})

document.addEventListener('click', async (event) => {
  const asked = event.target.closest('[data-load]')
  if (asked) return (await PARTS[asked.dataset.load]()).open(asked)
  const link = event.target.closest('a[data-soft]')
  if (!link || event.defaultPrevented || event.button !== 0) return
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  import('./visit.js').then(
    ({ follow }) => follow(link),
    () => location.assign(link.href),
  )
})

const loaded = location.pathname + location.search
window.addEventListener('popstate', async () => (await import('./visit.js')).step(loaded))
