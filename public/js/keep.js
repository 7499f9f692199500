/** What outlives a reload: one versioned entry of localStorage, a field per subject. Without storage nothing is kept. */
const KEY = 'rundesk.v1'
let isOver = false

function readAll() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {}
  } catch {
    return {}
  }
}

export function recall(field, fallback) {
  return readAll()[field] ?? fallback
}

export function keep(field, value) {
  try {
    if (!isOver) localStorage.setItem(KEY, JSON.stringify({ ...readAll(), [field]: value }))
  } catch {
    // Full or forbidden: the page works without.
  }
}

/** For signing out: nothing is kept from here on, in no tab. */
export function forgetAll() {
  isOver = true
  localStorage.removeItem(KEY)
}

/** Calls back when another tab has changed what is kept. */
export function onKeptElsewhere(listener) {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key !== KEY) return
    if (newValue === null) isOver = true
    else listener()
  })
}
