/**
 * The form of a job: another kind or strategy shows its form in place, sliders move their numbers, and what the ranges of
 * a search come to is counted while they are typed.
 */
const form = () => document.querySelector('[data-job-form]')
const MAX_TRIALS = 1_000_000
const format = new Intl.NumberFormat('en-US')

/** The form as an address, as its own buttons would ask for it. */
async function reshow(button) {
  const query = new URLSearchParams(button ? new FormData(form(), button) : new FormData(form()))
  const { visit } = await import('./visit.js')
  await visit(`${form().getAttribute('action')}?${query}`)
}

function valuesOf(range) {
  const [from, to, step] = range.querySelectorAll('input')
  if (to.value === '') return null
  const by = Number(step.value || step.placeholder)
  const span = Number(to.value) - Number(from.value || from.min)
  return span >= 0 && by > 0 ? Math.floor(span / by + 1e-9) + 1 : 0
}

function count() {
  const place = document.getElementById('trial-count')
  if (!place) return
  let trials = 1
  let isSearched = false
  for (const range of document.querySelectorAll('[data-range]')) {
    const values = valuesOf(range)
    range.querySelector('[data-range-count]').textContent =
      values === null ? 'held' : `${format.format(values)} ${values === 1 ? 'value' : 'values'}`
    if (values === null) continue
    isSearched = true
    trials *= values
  }
  const all = isSearched ? trials : 0
  const { method, tries } = form().elements
  const { note = '', each = '', [method.value]: usual = all } = place.dataset
  const run = method.value === 'grid' ? all : Math.min(Number(tries.value) || Number(usual), all)
  const isTooMany = run > MAX_TRIALS
  place.classList.toggle('is-wrong', isTooMany)
  place.querySelector('[data-trials]').textContent = `${format.format(run)} ${run === 1 ? 'try' : 'tries'}`
  place.querySelector('[data-trials-note]').textContent = isTooMany
    ? `more than the ${format.format(MAX_TRIALS)} that one job may run: widen the steps`
    : run < all
      ? `of ${format.format(all)} combinations${each}`
      : note
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-reshow]')
  if (!button) return
  event.preventDefault()
  reshow(button)
})
document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-reshow-on-change]')) reshow()
  if (target.name === 'method') count()
})
document.addEventListener('input', ({ target }) => {
  const { sliderOf } = target.dataset
  if (sliderOf) document.getElementById(sliderOf).value = target.value
  const slider = document.getElementById(`${target.id}-slider`)
  if (slider) slider.value = target.value
  // Typing a size means choosing it.
  const size = target.closest?.('.size')
  if (size && target.type !== 'radio') size.querySelector('[type=radio]').checked = true
  count()
})
