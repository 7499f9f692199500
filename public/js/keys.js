/** Keys for all pages: `?` lists them, `g` and a letter goes to a page, `/` focuses the search. */
const GO_MS = 1200
let goingUntil = 0

const isTyping = ({ target }) => target.matches?.('input, select, textarea, [contenteditable]')
const dialog = document.getElementById('keys')

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || dialog.open) return
  const going = event.timeStamp < goingUntil
  goingUntil = 0
  if (going) {
    document.querySelector(`.side [data-key="${CSS.escape(event.key)}"]`)?.click()
  } else if (event.key === 'g') {
    goingUntil = event.timeStamp + GO_MS
  } else if (event.key === '?') {
    dialog.showModal()
  } else if (event.key === '/') {
    const search = document.querySelector('[data-search]')
    if (!search) return
    event.preventDefault()
    search.select()
  }
})
document.querySelector('[data-open-keys]')?.addEventListener('click', () => dialog.showModal())
