/**
 * What holds digits and states nothing: dates, times, periods, names of indicators, indices, filings and products, list
 * numbers, addresses. Their digits are blanked out, every other character stays where it is, so that offsets hold.
 * A name is known by its digits too: of what anyone could make up (`Level 999`, `the 999-day average`) few count.
 * Every pattern is linear in the text: repetitions are bounded or cannot overlap with what follows them.
 */

import { blankCitations } from './citations.ts'
import { blankYears } from './years.ts'

const MONTH =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b\\.?'
/** No figure goes on here: neither more digits nor a percent sign. */
const ENDS = '(?![\\d]|[.,]\\d|\\s?%)'
const YEAR = '(?:19|20)\\d{2}'
const PERIOD = '(?:bar|day|week|month|year|quarter|session|period|minute|hour|trading)'

/** How long a time may be that is named in passing: a few, or one of those everybody uses. */
const CUSTOMARY = '100|120|125|126|150|180|189|200|240|250|252|260|300|360|364|365|400|500|504|1000'
const SPAN = `(?:\\d{1,2}(?:\\.\\d)?|${CUSTOMARY})`
const IS_CUSTOMARY = new RegExp(`^(?:${CUSTOMARY})$`)

export function isCustomarySpan(count: number): boolean {
  return count < 100 || IS_CUSTOMARY.test(String(count))
}

/** Of digits behind the name of an indicator, those that are its length. */
const LENGTHS: readonly (readonly [names: string, lengths: string])[] = [
  [
    '[SEW]?MA|DMA|[sew]ma',
    '5|8|9|10|12|13|15|20|21|26|30|34|40|50|55|60|63|89|90|100|120|126|150|180|200|250|252',
  ],
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
  // Dates and times of day.
  /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]{4,15}Z?)?\b/g,
  /\b\d{4}-(?:0[1-9]|1[0-2])\b(?![\d-])/g,
  /\b\d{1,2}\/\d{1,2}\/(?:\d{4}|\d{2})\b/g,
  /\b(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d{2}\b/g,
  /\b\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\b/g,
  /\b\d{1,2}(?::\d{2})?\s?(?:[ap]\.?m\b|ET\b|EST\b|EDT\b|UTC\b|GMT\b)/g,
  new RegExp(`\\b${MONTH}\\s\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s${YEAR})?${ENDS}`, 'g'),
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s(?:of\\s)?${MONTH}(?:,?\\s${YEAR}${ENDS})?`, 'g'),
  new RegExp(`\\b${MONTH},?\\s(?:of\\s)?${YEAR}${ENDS}`, 'g'),
  // Quarters, halves and years of account.
  /\b[QH][1-4](?:[\s'’-]{0,2}(?:FY)?\s?'?\d{2,4})?\b/g,
  /\b[1-4][QH](?:[\s'’-]{0,2}(?:FY)?\d{2,4})?\b/g,
  /\b(?:FY|CY|fiscal(?: year)?|Fiscal(?: [Yy]ear)?|the year|financial year)\s?'?\d{2,4}\b(?![.,]\d|\s?%)/g,
  // 20-day, 50/200-day, 50- and 200-day, a 12 month high.
  new RegExp(`\\b${SPAN}[-‑–]${PERIOD}s?\\b`, 'gi'),
  new RegExp(
    `\\b${SPAN}(?:/|[-‑]?,?\\s(?:and|or|to)\\s|[-‑],\\s|[–-])(?=[\\d#]{1,4}(?:[-‑,]|\\s(?:SMA|EMA|DMA|MA)\\b)|[\\d#]{1,5}[-‑ ]?${PERIOD})`,
    'gi',
  ),
  new RegExp(`\\b${SPAN}[-‑ ]?(?:DMA|SMA|EMA|MA|[dwyhDWYH]|mo|wks?|yrs?)\\b`, 'g'),
  new RegExp(
    `\\b${SPAN} (?:day|week|month|year|session|bar)(?=\\s(?:moving|simple|exponential|average|SMA|EMA|MA\\b|high|low|range|RSI|ATR|ADX|ROC|rate|line|window|horizon|return|volatility))`,
    'gi',
  ),
  // Spans of time that say where something was measured: over the last 20 bars, 3 months ago.
  new RegExp(
    `(?<=\\b(?:last|past|next|previous|prior|trailing|preceding|following|coming|latest|first|over|within|during|across|every|after|in)\\s(?:the\\s)?)${SPAN}(?=\\s(?:full\\s|trading\\s|calendar\\s)?${PERIOD}s\\b)`,
    'gi',
  ),
  new RegExp(
    `\\b${SPAN}(?=\\s(?:trading\\s|calendar\\s)?${PERIOD}s?\\s(?:ago|earlier|later|before|hence)\\b)`,
    'gi',
  ),
  new RegExp(`(?<=\\()${SPAN}(?=\\s(?:trading\\s|calendar\\s)?${PERIOD}s\\))`, 'g'),
  // Numbers of lists and headings.
  /^[ \t]{0,12}(?:[-*+>][ \t]{1,4})?(?:\*\*)?\(?\d{1,2}[.):](?=[ \t*])/gm,
  /^#{1,6}[ \t]{1,4}(?:\*\*)?\d{1,2}(?:\.\d{1,2}){0,3}[.):]?(?=[ \t])/gm,
  /(?<=\s)\(?\b\d\)(?=\s\p{L})(?<!,\s\d\))/gu,
  // Versions.
  /\b(?:[Vv]ersions?|[Rr]elease|iOS|macOS|Android|Windows)\s\d{1,4}(?:\.\d{1,4}){0,4}\b/g,
  /\bv\d{1,2}(?:\.\d{1,3}){0,3}\b/g,
  // Indices, filings, laws, products and parts of a document.
  /\b(?:S&(?:amp;)?P|Nasdaq|NASDAQ|Russell|Dow|FTSE|Fortune|DAX|CAC|Nikkei|Stoxx|STOXX|SMI|ASX|TSX|CSI|MSCI)[ -](?:30|35|40|50|100|150|200|225|250|300|400|500|600|1000|2000|3000)\b(?![.,]\d|\s?%)/g,
  /\b(?:10-[KQ]|8-K|6-K|20-F|40-F|13[DFG]|S-[134]|DEF 14A|10b5-1|401\(k\)|Rule 1\w{0,4})(?![\w.]\d)/g,
  /\b(?:Boeing|Airbus|Windows|Office|Xbox|Galaxy|GeForce|Radeon)\s\d{1,4}(?![\d\p{L}]|[.,]\d|\s?%)/gu,
  /\b(?:iPhone|iPad|iPod|Model|Watson|Chapter|Section|Item|Form|Note|Table|Figure|Page|Step|Part|Phase|Stage|Round|Scenario|Case|Exhibit|Class|Series|Option|Priority)\s\d{1,2}(?![\d\p{L}]|[.,]\d|\s?%)/gu,
  // What a price may stand behind too.
  /\b(?:Point|Level|Tier|System|Power)\s\d(?![\d\p{L}]|[.,]\d|\s?%)/gu,
  /\bCOVID-19\b|\b(?:24\/7|50\/50|9\/11|80\/20|20\/80|70\/30|30\/70)\b/g,
  // Codes in which digits stand with letters: Asian tickers, A320, B2B, 5G, 3rd, a place in a list (#1).
  /\b\d{4,6}\.(?:HK|T|SS|SZ|KS|KQ|TW|TWO)\b/g,
  /(?<![\p{L}\p{N}_.])(?!(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|HKD)\d)\p{Lu}{1,4}[-‑]?\d{1,4}(?![\p{L}\p{N}_]|[.,]\d|\s?%)/gu,
  /(?<![\p{L}\p{N}_.])(?!(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|HKD)\d)\p{L}{1,15}[-‑_]?\d{1,2}(?![\p{L}\p{N}_]|[.,]\d|\s?%)/gu,
  /(?<![\p{L}\p{N}_.])\p{Lu}\d\p{Lu}\d?(?![\p{L}\p{N}_]|[.,]\d)/gu,
  /(?<![\p{L}\p{N}_.,$€£¥])\d{1,2}[A-JLN-SU-WYZ](?![\p{L}\p{N}_]|[.,]\d)/gu,
  /\b\d{1,3}(?:st|nd|rd|th)\b/g,
  /(?<![\p{L}\p{N}])#\d{1,2}(?![\p{L}\p{N}_]|[.,]\d|\s?%)/gu,
  // The odds a value at risk is told by, and its probability.
  /\b1[- ](?:in|out of)[- ](?:a[- ])?(?:20|100)\b(?![.,]\d|\s?%)/g,
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
  // R², notes and marks of lists.
  /(?<=\p{L})[⁰-₉²³¹]/gu,
  /(?<!\S)[①-⑳❶-❿](?=\s)/gu,
  /\b(?:No|Nos|Fig|p|pp)\.\s?\d{1,2}(?![\d\p{L}]|[.,]\d|\s?%)/gu,
  // RSI in the mid-50s, the 90s.
  /(?<![\p{L}\p{N}_.,])\d{1,2}s\b/gu,
  /(?<=\b(?:low|mid|high|upper|lower)[- ])\d{1,2}s\b/gu,
  // Of what counts backwards from today.
  /\bT[+-]\d\b/g,
]

/** `names` are words that may hold digits without being figures, such as the labels of the evidence. */
export function createNameMask(names: readonly string[]): (text: string) => string {
  const maskLabels = createLabelMask(names)
  return (text) => {
    let masked = blankCitations(maskLabels(text), blank)
    for (const pattern of NAMES) masked = masked.replace(pattern, blank)
    return blankYears(masked, blank)
  }
}

/** Lower case of Latin letters only, so that no character changes its place. */
export function toLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Blanks each label wherever it stands; labels are looked up by their first word, so that their number costs nothing. */
function createLabelMask(names: readonly string[]): (text: string) => string {
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
  if (byWord.size === 0) return (text) => text
  for (const list of byWord.values()) list.sort((a, b) => b.name.length - a.name.length)
  return (text) => {
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
}

function isWordEnd(text: string, at: number): boolean {
  return !/[a-z0-9]/.test(text[at] ?? ' ') && !/^[.,]\d/.test(text.slice(at, at + 2))
}

function blank(matched: string): string {
  return matched.replace(/[\d+\-−⁰-₉²³¹①-⑳❶-❿]/g, '#')
}
