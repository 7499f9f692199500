/** The filters of the log panel as its form has them. */
import { SEVERITIES } from './log-store.js'

const boxes = (form) => [...form.querySelectorAll('[name=log_source]')]

/** `isOff`: every line is shown. `query`: the same as the server reads it. */
export function readFilter(form) {
  const severity = form.elements.log.value
  const text = form.elements.log_q.value
  const sources = new Set(
    boxes(form)
      .filter((box) => box.checked)
      .map((box) => box.value),
  )
  const names = severity.split(',')
  const from = SEVERITIES.indexOf(severity)
  const severities =
    from === 0
      ? null
      : new Set(names.length > 1 ? names.map((name) => SEVERITIES.indexOf(name.trim())) : range(from))
  const query = new URLSearchParams()
  if (severities) query.set('severity', severity)
  for (const source of sources) query.append('source', source)
  if (text) query.set('q', text)
  return {
    ...{ severity, severities, sources, text },
    q: text.toLowerCase(),
    isOff: severities === null && sources.size === 0 && text === '',
    query: query.size > 0 ? `?${query}` : '',
  }
}

function range(from) {
  return SEVERITIES.map((_, i) => i).slice(from)
}

/** As it was left; a text searched for only in the run it was searched in. */
export function restoreFilter(form, { severity, sources = [], q, run }, base) {
  if ([...form.elements.log.options].some(({ value }) => value === severity))
    form.elements.log.value = severity
  showSources(form, sources)
  for (const box of boxes(form)) box.checked = sources.includes(box.value)
  // What was typed while this was loading is newer than what is remembered.
  if (run === base && q && form.elements.log_q.value === '') form.elements.log_q.value = q
}

/** Offers sources that were not offered yet; nothing there is touched. */
export function showSources(form, names) {
  const offered = new Set(boxes(form).map((box) => box.value))
  for (const name of names) {
    if (offered.has(name)) continue
    offered.add(name)
    const label = document.createElement('label')
    label.className = 'choice'
    const box = Object.assign(document.createElement('input'), {
      type: 'checkbox',
      name: 'log_source',
      value: name,
    })
    label.append(box, name)
    form.querySelector('[data-log-sources]').append(label)
  }
}
