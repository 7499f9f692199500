/**
 * The launch form: a press on a listed ticker puts it into the list or takes it out again, and its folded part stays as
 * the reader left it.
 */
import { keep, recall } from './keep.js'

const input = document.querySelector('[data-tickers]')
const buttons = [...document.querySelectorAll('[data-add-ticker]')]

const typed = () =>
  input.value
    .split(',')
    .map((part) => part.trim().toUpperCase())
    .filter((part) => part !== '')

function mark() {
  const present = typed()
  for (const button of buttons) button.ariaPressed = String(present.includes(button.dataset.addTicker))
}

input.addEventListener('input', mark)
for (const button of buttons) {
  button.addEventListener('click', () => {
    const ticker = button.dataset.addTicker
    const present = typed()
    const next = present.includes(ticker) ? present.filter((part) => part !== ticker) : [...present, ticker]
    input.value = next.join(', ')
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}
mark()

const part = document.getElementById('thinking-part')
part.open ||= recall('thinking', false)
part.firstElementChild.addEventListener('click', () => keep('thinking', !part.open))
