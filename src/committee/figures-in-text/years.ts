/**
 * Years among numbers of four digits. A year is told by the words around it (`in 2011`, `the 2008 crisis`, `2010 to 2012`);
 * what stands where a price or an amount would is a figure, whatever its digits.
 */

const YEAR = '(?:19|20)\\d{2}'
/** `2011`, `2010–2012`, `2010-11`, the `2010E` of an estimate; no amount of money, nothing counted, no part of a number. */
const YEARS = new RegExp(
  `(?<![\\p{N}\\p{L}.,$€£¥+−/#_]|\\d-)${YEAR}(?:[EAF]\\b|[/–-](?:${YEAR}|\\d{2}))?` +
    '(?![\\p{L}\\p{N}_]|[.,]\\d|\\s?(?:%|shares|bars|trades|USD|EUR|dollars|points|times|x\\b|million|billion|bn\\b))',
  'gu',
)
const DECADES = new RegExp(`(?<![\\p{N}.,$€£¥])${YEAR}s\\b`, 'gu')
const SEASON = 'spring|summer|autumn|winter'
const SPELL =
  `${SEASON}|fall|end|start|beginning|middle|half|halves|quarters?|course|rest|part|year|years|period|crisis|crash|` +
  'recession|rally|bull market|bear market|lows|highs|class|vintage'
const BEFORE = new RegExp(
  `(?:\\b(?:in|since|by|until|till|during|throughout|for|from|before|after|versus|vs\\.?|as of|fiscal|calendar|years?|year[- ]end|` +
    `early|late|mid|pre|post|last|next|${SEASON}|(?:${SPELL}) of)[\\s-]|` +
    // After another year, blanked by now or not.
    `(?:${YEAR}|####|FY##)[EAF]?(?:,|;|:|\\)?\\s(?:to|and|or|through|until|versus|vs\\.?)|\\s?[&–-])\\s)(?:the\\s)?$`,
  'i',
)
/** Behind the name of a price a number in brackets is no year, nor is it one before the name of a level. */
const PRICED_BEFORE =
  /\b(?:targets?|price|value|worth|level|stop|entry|support|resistance|close|high|low)\s(?:\p{L}{1,12}\s)?\($/iu
const PRICED_BEHIND =
  /^[\s-](?:\p{L}{1,12}\s)?(?:targets?|price|value|level|stop|entry|support|resistance|line|handle|area|zone|mark)\b/iu
const ATTRIBUTE_BEFORE = /\b(?:the|a|its|their|this|that|our|any)\s$/i
const ATTRIBUTED = /^[\s-](?!\[)(?=\p{L})/u
const BEFORE_NOUN =
  /^[\s-](?:annual|fiscal|full-year|calendar|season|results|earnings|guidance|budget|election|crisis|recession|crash|estimates?)\b/i
const PAST = /^(?::|\s(?:was|were|saw|brought|has been|had been|marked|started|began|ended|showed)\b)/
const STARTS = /(?:^|[.!?]\s|\n)[ \t>]{0,8}(?:[-*+•]\s)?(?:\*\*)?$/
const TABLE_RULE = /^[ \t|:-]+$/

/** How far before a year words are looked for. */
const CHARS_BEFORE = 40
const CHARS_BEHIND = 24

export function blankYears(text: string, blank: (matched: string) => string): string {
  const decades = text.replace(DECADES, blank)
  const isHeading = createHeadingReader(decades)
  const pieces: string[] = []
  let from = 0
  // Earlier ones are blank by now, so that a year after a year is told by it.
  let before = ''
  for (const { 0: year, index } of decades.matchAll(YEARS)) {
    const end = index + year.length
    const between = decades.slice(from, index)
    before = (before + between).slice(-CHARS_BEFORE)
    const isFirst = index < CHARS_BEFORE
    const said = isYear(before, decades.slice(end, end + CHARS_BEHIND), isFirst, () => isHeading(index))
      ? blank(year)
      : year
    pieces.push(between, said)
    before += said
    from = end
  }
  return pieces.join('') + decades.slice(from)
}

function isYear(before: string, behind: string, isFirst: boolean, isHeading: () => boolean): boolean {
  if (BEFORE.test(before.slice(-CHARS_BEHIND)) || BEFORE_NOUN.test(behind)) return true
  if (STARTS.test(isFirst ? before : `,${before}`) && PAST.test(behind.replace(/^\*\*/, ''))) return true
  if (/\|\s?(?:FY\s?)?$/.test(before)) return isHeading()
  if (before.endsWith('(')) return /^[),;:\s]/.test(behind) && !PRICED_BEFORE.test(before)
  if (!ATTRIBUTE_BEFORE.test(before) || !ATTRIBUTED.test(behind)) return false
  return !PRICED_BEHIND.test(behind)
}

/** Whether an offset is in the first cell of a row, or in the row at the head of a table; asked in ascending order. */
function createHeadingReader(text: string): (at: number) => boolean {
  let line = { start: 0, end: -1, isHead: false }
  return (at) => {
    while (line.end < at) {
      const start = line.end + 1
      const newline = text.indexOf('\n', start)
      const end = newline === -1 ? text.length : newline
      line = { start, end, isHead: TABLE_RULE.test(text.slice(end + 1, end + 400).split('\n', 1)[0]!) }
    }
    return line.isHead || (at - line.start < 8 && /^[\s|]*(?:FY\s?)?$/.test(text.slice(line.start, at)))
  }
}
