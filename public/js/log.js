/**
 * The log follows its end only for a reader who is there already. A line that is shown is never added a second time,
 * also where polling and a stream that came back both bring it.
 */
let following = []

const logs = () => [...document.querySelectorAll('[data-log]')]
const isAtEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 24
const toEnd = (log) => (log.scrollTop = log.scrollHeight)

document.addEventListener('htmx:before:swap', (event) => {
  following = logs().filter(isAtEnd)
  for (const { swapSpec, fragment } of event.detail.tasks ?? []) {
    if (swapSpec?.style !== 'beforeend') continue
    for (const line of [...fragment.children]) if (line.id && document.getElementById(line.id)) line.remove()
  }
})
document.addEventListener('htmx:after:swap', () => following.forEach(toEnd))
logs().forEach(toEnd)
