/**
 * What holds digits and states nothing: dates, times, periods, names of indicators, indices, filings and products, list
 * numbers, addresses. Their digits are blanked out, every other character stays where it is, so that offsets hold.
 * Every pattern is linear in the text: repetitions are bounded or cannot overlap with what follows them.
 */

const MONTH =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b\\.?'
/** No figure goes on here: neither more digits nor a percent sign. */
const ENDS = '(?![\\d]|[.,]\\d|\\s?%)'
const YEAR = '(?:19|20)\\d{2}'
const PERIOD = '(?:bar|day|week|month|year|quarter|session|period|minute|hour|trading)'

/** Of digits behind the name of an indicator, those that are its length. */
const LENGTHS: readonly (readonly [names: string, lengths: string])[] = [
  ['[SEW]?MA|DMA', '5|8|9|10|12|13|15|20|21|26|30|34|40|50|55|60|63|89|90|100|120|126|150|180|200|250|252'],
  ['RSI|ATR|ADX|CCI|MFI|Williams %R', '2|3|5|7|9|10|14|20|21|28'],
  ['ROC|momentum|[Vv]olatility|[Zz]-score|HV|RV', '5|10|12|20|21|30|60|63|90|126|250|252'],
  ['VaR|CVaR|[Vv]alue at [Rr]isk', '9[059]'],
]

const NAMES: readonly RegExp[] = [
  /\bhttps?:\/\/[^\s)>\]]+/g,
  /\bwww\.[^\s)>\]]+/g,
  /\]\([^()\s\]]{1,2000}\)/g,
  // Run ids.
  /\b[A-Z0-9^][A-Z0-9.\-^=]{0,14}--\d{4}-\d{2}-\d{2}_[\d.]{1,12}--[0-9a-f]{6}\b/g,
  // Citations, ranges of them included.
  /\[\s?E\d[^\]\n]{0,120}\]/g,
  // Dates and times of day.
  /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]{4,15}Z?)?\b/g,
  /\b\d{4}-(?:0[1-9]|1[0-2])\b(?![\d-])/g,
  /\b\d{1,2}\/\d{1,2}\/(?:\d{4}|\d{2})\b/g,
  /\b\d{1,2}\.\d{1,2}\.\d{4}\b/g,
  /\b\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\b/g,
  /\b\d{1,2}(?::\d{2})?\s?(?:[ap]\.?m\b|ET\b|EST\b|EDT\b|UTC\b|GMT\b)/g,
  new RegExp(`\\b${MONTH}\\s\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s${YEAR})?${ENDS}`, 'g'),
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s(?:of\\s)?${MONTH}(?:,?\\s${YEAR}${ENDS})?`, 'g'),
  new RegExp(`\\b${MONTH},?\\s(?:of\\s)?${YEAR}${ENDS}`, 'g'),
  // Quarters, halves and years of account, decades, seasons.
  /\b[QH][1-4](?:[\s'’-]{0,2}(?:FY)?\s?'?\d{2,4})?\b/g,
  /\b[1-4][QH](?:[\s'’-]{0,2}(?:FY)?\d{2,4})?\b/g,
  /\b(?:FY|CY|fiscal(?: year)?|Fiscal(?: [Yy]ear)?|the year|financial year)\s?'?\d{2,4}\b(?![.,]\d|\s?%)/g,
  new RegExp(`\\b${YEAR}(?:s\\b|[/–-](?:${YEAR}|\\d{2})(?![\\d.,%]))`, 'g'),
  new RegExp(
    `(?<![\\d.,$€£¥+\\-−/#])(?<!\\b(?:at|near|above|below|around|about|worth|than|to a|USD|EUR|costs?|some|nearly)\\s)${YEAR}${ENDS}` +
      '(?![\\d\\p{L}]|\\s?(?:\\[E\\d|shares|bars|trades|USD|EUR|dollars|points|times|x\\b|million|billion|bn\\b))',
    'gu',
  ),
  // 20-day, 50/200-day, 50- and 200-day, a 12 month high.
  new RegExp(`\\b\\d{1,4}(?:\\.\\d)?[-‑–]${PERIOD}s?\\b`, 'gi'),
  new RegExp(
    `\\b\\d{1,4}(?:/|[-‑]?,?\\s(?:and|or|to)\\s|[-‑],\\s)(?=[\\d#]{1,4}(?:[-‑,]|\\s(?:SMA|EMA|DMA|MA)\\b)|[\\d#]{1,5}[-‑ ]?${PERIOD})`,
    'gi',
  ),
  /\b\d{1,3}[-‑ ]?(?:DMA|SMA|EMA|MA)\b/g,
  /\b\d{1,3}[-‑ ](?:day|week|month|year|session|bar)(?=\s(?:moving|simple|exponential|average|SMA|EMA|MA\b|high|low|range|RSI|ATR|ADX|ROC|rate|line|window|horizon|return|volatility))/gi,
  // Spans of time that say where something was measured: over the last 20 bars, 3 months ago.
  new RegExp(
    `(?<=\\b(?:last|past|next|previous|prior|trailing|preceding|following|coming|latest|first|over|within|during|across|every|after|in)\\s(?:the\\s)?)\\d{1,4}(?=\\s(?:full\\s|trading\\s|calendar\\s)?${PERIOD}s\\b)`,
    'gi',
  ),
  new RegExp(
    `\\b\\d{1,4}(?=\\s(?:trading\\s|calendar\\s)?${PERIOD}s?\\s(?:ago|earlier|later|before|hence)\\b)`,
    'gi',
  ),
  /(?<=\()\d{1,4}(?=\s(?:trading\s|calendar\s)?(?:bars|sessions|days|weeks|months|years)\))/g,
  // Numbers of lists and headings.
  /^[ \t]{0,12}(?:[-*+>][ \t]{1,4})?(?:\*\*)?\(?\d{1,3}[.):](?=[ \t*])/gm,
  /^#{1,6}[ \t]{1,4}(?:\*\*)?\d{1,2}(?:\.\d{1,2}){0,3}[.):]?(?=[ \t])/gm,
  /(?<=\s)\(?\b\d\)(?=\s\p{L})(?<!,\s\d\))/gu,
  // Versions.
  /\b(?:[Vv]ersions?|[Rr]elease)\s\d{1,4}(?:\.\d{1,4}){0,4}\b/g,
  /\b\d{1,5}\.\d{1,5}\.\d{1,5}(?:\.\d{1,5})?\b/g,
  // Indices, filings, laws, products and parts of a document.
  /\b(?:S&(?:amp;)?P|Nasdaq|NASDAQ|Russell|Dow|FTSE|Fortune|DAX|CAC|Nikkei|Stoxx|STOXX|SMI|ASX|TSX|CSI|MSCI)[ -](?:30|35|40|50|100|150|200|225|250|300|400|500|600|1000|2000|3000)\b(?![.,]\d|\s?%)/g,
  /\b(?:10-[KQ]|8-K|6-K|20-F|40-F|13[DFG]|S-[134]|DEF 14A|10b5-1|401\(k\)|Rule 1\w{0,4})(?![\w.]\d)/g,
  /\b(?:iPhone|iPad|iPod|iOS|Windows|Office|Xbox|Galaxy|Android|Boeing|Airbus|Model|Chapter|Section|Item|Form|Note|Table|Figure|Page|Step|Part|Phase|Round|Scenario|Case|Point|Exhibit|Tier|Class|Series|Option|Priority|Level|Watson|System|Power)\s\d{1,4}(?![\d]|[.,]\d|\s?%)\b/g,
  /\bCOVID-19\b|\b(?:24\/7|50\/50|9\/11|80\/20|20\/80|70\/30|30\/70)\b/g,
  // Odds and the probability of a value at risk.
  /\b1[- ](?:in|out of)[- ](?:a[- ])?\d{1,4}\b/g,
  /\b9[059](?:\.\d)?\s?(?:%|percent|per cent|th)(?=[\s-](?:one-day |1-day |daily )?(?:VaR|value[- ]at[- ]risk|confidence|CI\b|interval|level))/gi,
  /(?<=\b(?:VaR|value at risk|confidence)\s?(?:\(|at |at the |of )?)9[059](?:\.\d)?\s?%?(?![\d.])/gi,
  // A few points of an argument.
  /(?<![\d.,+\-−$])\b(?:[1-9]|1[0-2])(?=\s(?:key\s|main\s|major\s|more\s|other\s|further\s|core\s|clear\s|possible\s)?(?:reasons?|points?\s(?:speak|stand|for|against)|risks?|factors|scenarios|signals|things|steps|sides|voices|indicators|arguments|questions|catalysts|drivers|conditions|caveats|themes|takeaways)\b)/gi,
  // Lengths of indicators: RSI(14), SMA 50, MACD (12, 26, 9).
  ...LENGTHS.map(
    ([names, lengths]) =>
      new RegExp(
        `\\b(?:${names})(?:[ -]?\\((?:${lengths})[dw]?(?=\\))|[ -]?(?:${lengths})(?![\\d\\p{L}]|[.,]\\d|\\s?%))`,
        'gu',
      ),
  ),
  /\b(?:MACD|PPO|[Ss]tochastics?|[Bb]ollinger(?: [Bb]ands?)?|[Kk]eltner)\s?\(\d{1,3}(?:[,/]\s?\d{1,3}(?:\.\d)?){0,2}(?:σ|\s?SD)?\)/g,
  // Of what counts backwards from today.
  /\bT[+-]\d\b/g,
]

/** `names` are words that may hold digits without being figures, such as the labels of the evidence. */
export function maskNames(text: string, names: readonly string[]): string {
  let masked = maskLabels(text, names)
  for (const pattern of NAMES) masked = masked.replace(pattern, blank)
  return masked
}

/** Lower case of Latin letters only, so that no character changes its place. */
export function toLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Blanks each label wherever it stands; labels are looked up by their first word, so that their number costs nothing. */
function maskLabels(text: string, names: readonly string[]): string {
  const byWord = new Map<string, { name: string; offset: number }[]>()
  for (const name of names) {
    if (!/\d/.test(name)) continue
    const lower = toLower(name)
    const word = /[a-z0-9]+/.exec(lower)
    if (!word) continue
    const found = byWord.get(word[0])
    if (found) found.push({ name: lower, offset: word.index })
    else byWord.set(word[0], [{ name: lower, offset: word.index }])
  }
  if (byWord.size === 0) return text
  for (const list of byWord.values()) list.sort((a, b) => b.name.length - a.name.length)
  const lower = toLower(text)
  const pieces: string[] = []
  let from = 0
  for (const { 0: word, index } of lower.matchAll(/[a-z0-9]+/g)) {
    if (index < from) continue
    const label = byWord
      .get(word)
      ?.find(
        ({ name, offset }) =>
          lower.startsWith(name, index - offset) && isWordEnd(lower, index - offset + name.length),
      )
    if (!label || index - label.offset < from) continue
    const start = index - label.offset
    pieces.push(text.slice(from, start), blank(text.slice(start, start + label.name.length)))
    from = start + label.name.length
  }
  return pieces.join('') + text.slice(from)
}

function isWordEnd(text: string, at: number): boolean {
  return !/[a-z0-9]/.test(text[at] ?? ' ') && !/^[.,]\d/.test(text.slice(at, at + 2))
}

function blank(matched: string): string {
  return matched.replace(/[\d+\-−]/g, '#')
}
