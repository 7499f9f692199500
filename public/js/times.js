/** Times in the reader's zone (UTC stays in the title), and durations that tick while something runs. */
const shownAt = new WeakMap()
let isFrozen = false
const pad = (value, length = 2) => String(value).padStart(length, '0')

/** `10:02:03`, whatever the reader's language makes of hours. */
export function clockOf(date) {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(':')
}

/** While nobody answers it is not known whether anything still runs: what ticks stands still. */
export function freeze(frozen) {
  isFrozen = frozen
}

function localize() {
  for (const time of document.querySelectorAll('time:not([data-local])')) {
    const date = new Date(time.dateTime)
    if (Number.isNaN(date.getTime())) continue
    time.textContent =
      time.dataset.show === 'clock'
        ? `${clockOf(date)}.${pad(date.getMilliseconds(), 3)}`
        : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clockOf(date).slice(0, 5)}`
    time.dataset.local = '1'
  }
}

/** Counts on from what the server said, by this machine's clock alone: the two need not agree on the time. */
function tick() {
  if (isFrozen) return
  const now = performance.now()
  for (const element of document.querySelectorAll('[data-elapsed]')) {
    const said = element.dataset.elapsed
    let base = shownAt.get(element)
    if (base?.said !== said) shownAt.set(element, (base = { said, now }))
    const text = formatSeconds(Math.floor((Number(said) + now - base.now) / 1000))
    if (element.textContent !== text) element.textContent = text
  }
}

function formatSeconds(seconds) {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`
}

function refresh() {
  localize()
  tick()
}

document.querySelector('[data-zone]').textContent = Intl.DateTimeFormat().resolvedOptions().timeZone
refresh()
setInterval(tick, 1000)
document.addEventListener('htmx:after:swap', refresh)
