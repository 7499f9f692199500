/** One line of the log as a row, and in full below the list. */
import { clockOf } from './times.js'
import { SEVERITIES } from './log-store.js'

const pad = (value) => String(value).padStart(3, '0')

function element(name, className, text = '') {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

/** Where `mark` (lower-cased, or empty) is found in the text, it is marked. */
function writeMarked(target, text, mark) {
  const lower = mark && text.toLowerCase()
  if (!lower || lower.length !== text.length || !lower.includes(mark)) {
    target.textContent = text
    return
  }
  let at = 0
  for (let hit = lower.indexOf(mark); hit !== -1; hit = lower.indexOf(mark, at)) {
    target.append(text.slice(at, hit), element('mark', '', text.slice(hit, hit + mark.length)))
    at = hit + mark.length
  }
  target.append(text.slice(at))
}

export function makeRow(seq, line, mark) {
  const row = element('li', 'log-line')
  row.dataset.seq = seq
  if (!line) {
    row.classList.add('is-awaited')
    row.append(element('span', 'log-msg', 'reading …'))
    return row
  }
  const severity = SEVERITIES[line.severity] ?? ''
  row.classList.add(`sev-${severity.toLowerCase()}`)
  const date = new Date(line.iso)
  const time = element('time', '', `${clockOf(date)}.${pad(date.getMilliseconds())}`)
  time.dateTime = line.iso
  time.title = utcOf(line)
  time.dataset.local = '1'
  const source = element('span', 'log-src')
  writeMarked(source, line.source, mark)
  source.title = line.source
  const message = element('span', 'log-msg')
  // A row is one line; where the first hit lies far behind its end, the row begins shortly before it.
  const flat = line.message.slice(0, 4000).replace(/\s+/g, ' ')
  const hit = mark ? flat.toLowerCase().indexOf(mark) : -1
  writeMarked(message, hit > 80 ? `… ${flat.slice(hit - 30)}` : flat, mark)
  const more = element('button', 'link log-more', '⋯')
  more.type = 'button'
  more.ariaLabel = `Line ${seq} in full`
  row.append(time, element('span', 'log-sev', severity), source, message, more)
  return row
}

/** Whether something of the message does not fit into its row. */
export function isCut(row, line) {
  const message = row.querySelector('.log-msg')
  return line !== undefined && (message.scrollWidth > message.clientWidth || line.message.includes('\n'))
}

const utcOf = ({ iso }) => iso.replace('T', ' ').replace('Z', ' UTC')

/** As the line stands in the log files of the run. */
export const textOf = ({ iso, severity, source, message }) =>
  `${iso} ${SEVERITIES[severity].padEnd(5)} ${source}  ${message.replace(/\r\n?|\n/g, '\n    ')}`

/** The whole of a line, into an element that is there for it. */
export function writeDetail(target, line, mark) {
  const severity = SEVERITIES[line.severity]
  const head = element('p', `log-detail-head sev-${severity.toLowerCase()}`)
  head.append(
    element('b', '', `Line ${line.seq}`),
    element('span', 'log-sev', severity),
    element('span', 'log-src', line.source),
    element('span', 'sub', utcOf(line)),
  )
  const message = element('pre', 'log-detail-text')
  writeMarked(message, line.message, mark)
  target.replaceChildren(head, message)
}
