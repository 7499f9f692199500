/** What is said beside the page: a toast to be seen, a line to be read aloud. */
const TOAST_MS = 8_000
/** What comes within this time is read aloud together. */
const ANNOUNCE_MS = 400
let said = []

/** `href` gives the toast its link, which reads `way`; without it the text stands alone. The toast. */
export function showToast({ text, href, way, failed = false }) {
  const toast = document.getElementById('toast').content.firstElementChild.cloneNode(true)
  const [words, link, close] = toast.children
  words.textContent = text
  if (href) link.href = href
  else link.remove()
  if (way) link.textContent = way
  toast.classList.toggle('toast-failed', failed)
  close.onclick = () => toast.remove()
  document.getElementById('toasts').append(toast)
  announce(text)
  let timer
  const leaveLater = () => {
    clearTimeout(timer)
    timer = setTimeout(() => toast.remove(), TOAST_MS)
  }
  for (const held of ['pointerenter', 'focusin']) toast.addEventListener(held, () => clearTimeout(timer))
  for (const free of ['pointerleave', 'focusout']) toast.addEventListener(free, leaveLater)
  leaveLater()
  return toast
}

/** Said once at a time, and taken back as soon as the desk answers. */
export function sayUnanswered() {
  takeBackUnanswered()
  const text = 'The desk does not answer; nothing was done.'
  showToast({ text, failed: true }).classList.add('toast-unanswered')
}

export function takeBackUnanswered() {
  document.querySelector('.toast-unanswered')?.remove()
}

/** Read aloud once: what is said in one go is joined, or only the last of it would be heard. */
export function announce(text) {
  if (said.push(text) > 1) return
  setTimeout(() => {
    document.getElementById('announce').textContent = said.join('; ')
    said = []
  }, ANNOUNCE_MS)
}
