/**
 * The list of runs: ticks and what can be done to all that are ticked. They stay as they are while the list changes; a
 * run that leaves the page takes its tick along.
 */
import { poll } from './stream.js'
import { sayUnanswered, showToast } from './toast.js'

const MOST_COMPARED = 6
const form = document.getElementById('runs-bulk')
const [compare, cancel] = ['compare', 'cancel'].map((what) => form.querySelector(`[data-bulk="${what}"]`))
const all = form.querySelector('[data-tick-all]')

const ticks = () => [...document.querySelectorAll('[data-tick]')]
const ticked = () => ticks().filter((tick) => tick.checked)
const isAtWork = (tick) => tick.closest('[data-run-row]').querySelector('form[data-cancel]') !== null
const tickerOf = (tick) => tick.closest('[data-run-row]').querySelector('.ticker').textContent
const count = (number) => `${number} ${number === 1 ? 'run' : 'runs'}`

function settle() {
  const chosen = ticked()
  const atWork = chosen.filter(isAtWork).length
  all.checked = chosen.length > 0 && chosen.length === ticks().length
  all.indeterminate = chosen.length > 0 && !all.checked
  compare.disabled = chosen.length < 2 || chosen.length > MOST_COMPARED
  cancel.disabled = atWork === 0
  const say = []
  if (chosen.length > 0) say.push(`${chosen.length} ticked`)
  if (chosen.length === 1 || chosen.length > MOST_COMPARED) say.push(`2 to ${MOST_COMPARED} can be compared`)
  if (chosen.length > 0 && atWork === 0) say.push(chosen.length === 1 ? 'it has ended' : 'all have ended')
  const text = say.join('; ')
  const place = document.getElementById('ticked')
  if (place.textContent !== text) place.textContent = text
}

async function cancelTicked() {
  const chosen = ticked().filter(isAtWork)
  const names = [...new Set(chosen.map(tickerOf))].join(', ')
  const ended = ticked().length - chosen.length
  const rest =
    ended === 0
      ? ''
      : ` ${count(ended)} that ${ended === 1 ? 'has' : 'have'} ended ${ended === 1 ? 'stays' : 'stay'} as ${ended === 1 ? 'it is' : 'they are'}.`
  if (!window.confirm(`Cancel ${count(chosen.length)} (${names})? What was written so far is kept.${rest}`))
    return
  cancel.disabled = true
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify({ ids: chosen.map((tick) => tick.value) }),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error)
    const refused = answer.runs.filter((run) => !run.canceled)
    const done = answer.runs.length - refused.length
    const reasons = refused.map((run) => run.error).join('; ')
    showToast({ text: [`${count(done)} canceled`, reasons].filter(Boolean).join('; '), failed: done === 0 })
    for (const tick of chosen) tick.checked = false
    await poll()
  } catch (error) {
    if (error instanceof TypeError) sayUnanswered()
    else showToast({ text: error.message, failed: true })
  }
  settle()
}

// The address names what is asked for and nothing else.
document.querySelector('.filters').addEventListener('formdata', ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === '') formData.delete(name)
})
document.addEventListener('change', ({ target }) => {
  if (target === all) for (const tick of ticks()) tick.checked = all.checked
  if (target === all || target.matches('[data-tick]')) settle()
})
document.addEventListener('htmx:after:swap', settle)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (event.submitter === cancel) cancelTicked()
  else
    location.assign(
      `${compare.formAction}?ids=${ticked()
        .map((tick) => tick.value)
        .join(',')}`,
    )
})
settle()
