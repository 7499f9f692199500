/**
 * Passages as language models write them about an instrument, with places for measured figures: prose, lists, tables,
 * ranges and approximations, cited in several ways or not at all. Filled from real evidence; of every figure it is known
 * which evidence it states and how.
 *
 * `{{Label|options}}` is a figure; `{{#Label}}` its citation alone; `{{>Label|up|down}}` the word for its direction.
 * Options: `signed`, `abs` (without a sign), `dN` decimals, `sN` significant digits, `cited`; and the unit: `tight` (`4%`),
 * `words` (`4 percent`), `usd`, `dollars`, `x`, `times`, `points`, `bps`, `fraction`, `aspercent`, `k`, `none`.
 */
import { formatFigure, formatNumber } from '../../src/core/format.ts'
import type { Evidence, MeasuredEvidence } from '../../src/committee/decision.ts'

/** Whether a passage applies depends on which way the evidence points; it is left out where it does not. */
export interface Passage {
  text: string
  needs?: (value: (label: string) => number) => boolean
}

const plain = (...texts: string[]): Passage[] => texts.map((text) => ({ text }))

export const PASSAGES: readonly Passage[] = [
  ...plain(
    // Prose, every figure cited right behind.
    'The stock closed at {{Last close|cited}} on {{date}}, having {{>Change on the day|gained|lost}} {{Change on the day|abs,cited}} on the day. RSI 14 stands at {{RSI 14|cited}}, neither overbought (above 70) nor oversold (below 30).',
    'Trend strength remains limited: ADX 14 reads {{ADX 14|cited}} against the usual threshold of 25, with +DI 14 at {{+DI 14|cited}} and -DI 14 at {{-DI 14|cited}}.',
    'Volatility is worth a look. Realised volatility 20 is {{Realised volatility 20|tight,cited}} versus {{Realised volatility 63|tight,cited}} over the last 63 bars, and its rank within the year is {{Volatility rank|tight,cited}}.',
    'Over the past year the worst peak-to-trough loss was {{Max drawdown|abs,cited}}; on one day in twenty a holder lost more than {{VaR 95|cited}} (VaR 95). The single worst day cost {{Worst day|abs,cited}}.',
    // Prose, cited at the end of the clause or sentence.
    'Momentum over six months is the standout: ROC 126 is {{ROC 126|signed}} [{{#ROC 126}}]. Shorter term, ROC 21 came in at {{ROC 21|signed}} [{{#ROC 21}}].',
    'RSI(14) sits at {{RSI 14|d1}}, which leaves room in either direction [{{#RSI 14}}].',
    'The 50-day average ({{SMA 50}}) and the 200-day average ({{SMA 200}}) frame the trend [{{#SMA 50}}, {{#SMA 200}}].',
    'The nearest support is at {{Support|usd}} and the nearest resistance at {{Resistance|usd}} [{{#Support}}][{{#Resistance}}].',
    'ATR 14 [{{#ATR 14}}] is {{ATR 14|usd}}, equal to {{ATR 14 of price|tight}} of price [{{#ATR 14 of price}}].',
    'SMA 20, SMA 50 and SMA 200 stand at {{SMA 20}}, {{SMA 50}} and {{SMA 200}} respectively [{{#SMA 20}}, {{#SMA 50}}, {{#SMA 200}}].',
    // Prose without citations.
    'The RSI of {{RSI 14}} suggests momentum is balanced, while the ADX at {{ADX 14}} points to a trend that is still forming. The stochastic %K is {{Stochastic %K}} and %D is {{Stochastic %D}}.',
    'At {{Last close|usd}}, the shares trade {{Distance to SMA 200|abs,tight}} {{>Distance to SMA 200|above|below}} their 200-day moving average of {{SMA 200|usd}}.',
    'Price {{>Change on the week|rose|fell}} {{Change on the week|abs}} on the week, and the 50-day average has {{>Slope of SMA 50|climbed|declined}} by {{Slope of SMA 50|abs}} over the month.',
    'The 52-week range runs from {{52-week low}} to {{52-week high}}; the stock is {{Distance to 52-week high|abs,tight}} below its 52-week high and {{Distance to 52-week low|abs,tight}} above its 52-week low.',
    'Bollinger Bands (20, 2) span {{Bollinger lower|usd}}–{{Bollinger upper|usd}}, a width of {{Bollinger width|tight}}, and price sits at {{Bollinger position|tight}} of that range.',
    'The MACD line is at {{MACD line}}, its signal at {{MACD signal}}, so the MACD histogram prints {{MACD histogram}}.',
    'Volume was {{Volume ratio|x}} its 20-day average, and the OBV trend of {{OBV trend|signed,tight}} shows who is in charge.',
    'With a z-score of {{Z-score 20|signed}}, the close is hardly stretched. Annualised volatility runs at {{Annualised volatility|words}}.',
    'Risk first: maximum drawdown of {{Max drawdown|abs,tight}} over the past 252 sessions, a current drawdown of {{Current drawdown|abs,tight}}, and a 95% VaR of {{VaR 95|tight}}.',
    'Since early in the year the picture has changed: ROC 63 is {{ROC 63|signed,tight}} and ROC 252 is {{ROC 252|signed,tight}}.',
    // Lists.
    '## Key levels\n\n- Last close: {{Last close}}\n- Support: {{Support}} (second support {{Second support}})\n- Resistance: {{Resistance}}\n- ATR 14: {{ATR 14}} ({{ATR 14 of price}} of price)\n',
    '1. **Trend** – price is {{Distance to SMA 50|signed,tight}} from SMA 50 [{{#Distance to SMA 50}}].\n2. **Momentum** – RSI 14 {{RSI 14|cited}}, Stochastic %K {{Stochastic %K|cited}}.\n3. **Volatility** – Realised volatility 20 of {{Realised volatility 20|tight,cited}}.\n',
    '* **RSI 14:** {{RSI 14}} [{{#RSI 14}}]\n* **ADX 14:** {{ADX 14}} [{{#ADX 14}}]\n* **VaR 95:** {{VaR 95|tight}} [{{#VaR 95}}]\n* **Best day:** {{Best day|signed,tight}} [{{#Best day}}]\n',
    // Tables.
    '| Indicator | Reading | Comment |\n|---|---|---|\n| RSI 14 | {{RSI 14}} | neutral |\n| SMA 50 | {{SMA 50}} | medium trend |\n| ROC 126 | {{ROC 126|signed}} | half a year |\n| Annualised volatility | {{Annualised volatility|tight}} | of daily returns |\n',
    '| Measure | Value | Source |\n| --- | ---: | --- |\n| Last close | {{Last close|usd}} | [{{#Last close}}] |\n| Distance to 52-week high | {{Distance to 52-week high}} | [{{#Distance to 52-week high}}] |\n| Volume ratio | {{Volume ratio|x}} | [{{#Volume ratio}}] |\n| Slope of SMA 20 | {{Slope of SMA 20|signed}} | [{{#Slope of SMA 20}}] |\n',
    '| SMA 20 | SMA 50 | SMA 200 |\n| ---: | ---: | ---: |\n| {{SMA 20}} | {{SMA 50}} | {{SMA 200}} |\n',
    // Ranges and approximations.
    'Expect the stock to trade between {{Support|d2}} and {{Resistance|d2}} for now; a daily range of roughly {{ATR 14|s2}} is normal.',
    'The close of about {{Last close|s2}} puts it in the upper half of its year. RSI is around {{RSI 14|d0}}.',
    'Volatility of nearly {{Realised volatility 63|d1,tight}} over 63 bars (annualised) calls for patience; the one-day VaR 95 is close to {{VaR 95|d1,tight}}.',
    // Other units and other ways of saying.
    'The committee’s balance of {{Balance|signed}} comes from a bull case of {{Bull case}} and a bear case of {{Bear case}}.',
    'Confidence is {{Confidence|aspercent}} at this point, and the rule’s hit rate of {{Rule hit rate|words}} supports it no more than that. Its payoff is {{Rule payoff}} and its profit factor {{Rule profit factor}}.',
    'In {{Rule trades|cited}} trades the plain rule had an expectancy of {{Rule expectancy|signed,cited}}: average win {{Rule average win|cited}}, average loss {{Rule average loss|cited}}.',
    'A month’s volume at {{Volume of the month|times}} the quarter’s says the crowd has stayed home [{{#Volume of the month}}].',
    'VaR 95 equals {{VaR 95|bps}} basis points of the position, or {{VaR 95|tight}} [{{#VaR 95}}].',
    '**Bottom line:** *price {{Last close|usd,cited}}*, *trend {{>Distance to SMA 200|above|below}} SMA 200 ({{Distance to SMA 200|signed,tight,cited}})*, *momentum {{ROC 63|signed,tight,cited}} over a quarter*.',
    // The same by other hands.
    'Technically, {{ticker}} is in a confirmed uptrend: the last close of ${{Last close|d2}} is well above both its 50-day (${{SMA 50|d2}}) and 200-day (${{SMA 200|d2}}) simple moving averages, and the 20-day EMA is rising.',
    'Momentum indicators are mixed. The 14-day RSI is {{RSI 14|d1}} – comfortably below the 70 level – but the MACD histogram has turned to {{MACD histogram}}, hinting at fatigue.',
    'The stock has returned {{ROC 252|signed,tight}} over the past year and {{ROC 126|signed,tight}} over six months, yet only {{ROC 21|signed,tight}} in the last month.',
    'The ADX reading of {{ADX 14}} (below 20 = weak trend, above 25 = strong trend) argues for patience.',
    'Realised 20-day volatility of {{Realised volatility 20}} annualised compares with {{Realised volatility 63}} over 63 days; the volatility rank is {{Volatility rank|tight}}.',
    'Downside: support at {{Support}} ({{Distance to support|abs,tight}} below the close), then {{Second support}}. Upside: resistance at {{Resistance}} ({{Distance to resistance|abs,tight}} away).',
    'We rate the risk/reward as acceptable: with an entry at {{Entry}}, a protective stop at {{Stop}} and a profit target at {{Target}}, the reward-to-risk ratio is {{Reward to risk}}.',
    'A {{Conservative size|tight}} position (conservative size) would put about {{Conservative amount at risk|usd}} at risk.',
    'History is not kind: the drawdown from the peak reached {{Max drawdown|abs,tight}} last year, and the worst single day was {{Worst day}}.',
    '- Price vs SMA 200: {{Distance to SMA 200|signed,tight}}\n- Price vs SMA 50: {{Distance to SMA 50|signed,tight}}\n- SMA 50 over SMA 200: {{SMA 50 over SMA 200|signed,tight}}\n',
    'Volume is {{Volume ratio|times}} the 20-day average, i.e. participation is nothing out of the ordinary, and OBV trend reads {{OBV trend|signed}}.',
    'Stochastics (%K {{Stochastic %K}}, %D {{Stochastic %D}}) are between the 20 and 80 bands.',
    'On the day the stock moved {{Change on the day|signed,tight}}; on the week {{Change on the week|signed,tight}}.',
    'The stock is trading at {{Position in 52-week range|tight}} of its 52-week range, with a 52-week high of {{52-week high|usd}} and a 52-week low of {{52-week low|usd}}.',
    'The backtest of the plain rule shows {{Rule trades}} trades with a {{Rule hit rate|tight}} hit rate, an average win of {{Rule average win|tight}} against an average loss of {{Rule average loss|abs,tight}}, for an expectancy of {{Rule expectancy|signed,tight}} per trade.',
    'Price is {{Z-score 20|abs}} standard deviations {{>Z-score 20|above|below}} its 20-day mean.',
    'In short, I weigh the bull case at {{Bull case}} against {{Bear case}} for the bear, a net balance of {{Balance|signed}}.',
    'The Bollinger upper band is at {{Bollinger upper}} and the lower band at {{Bollinger lower}}; bandwidth is {{Bollinger width|tight}}.',
    'With ATR at {{ATR 14|usd}} per day, a stop {{Stop distance in ATR|d2}} ATRs away sits outside of normal noise.',
    'The 200-day SMA has a slope of {{Slope of SMA 200|signed,tight}} per month, the 50-day SMA {{Slope of SMA 50|signed,tight}}.',
    'Annualised volatility: {{Annualised volatility|tight}}. One-day 95 % VaR: {{VaR 95|tight}}. Current drawdown: {{Current drawdown|tight}}.',
    'After the close on 29 June 2012 at {{Last close|usd}}, 3 things stand out: RSI at {{RSI 14|d0}}, ATR at {{ATR 14}}, and the 52-week high at {{52-week high}}.',
    'As of {{date}}, {{ticker}} changed hands at {{Last close|usd}} [{{#Last close}}], i.e. {{Distance to 52-week high|abs,tight}} off its 52-week high [{{#Distance to 52-week high}}].',
    '**Verdict.** Trend {{Distance to SMA 200|signed,tight}} vs. the 200-day [{{#Distance to SMA 200}}]; momentum {{ROC 63|signed,tight}} over 63 days [{{#ROC 63}}]; volatility {{Realised volatility 63|tight}} [{{#Realised volatility 63}}].',
    'The bears point to [{{#ROC 63}}] a quarter of {{ROC 63|signed,tight}}, the bulls to [{{#ROC 126}}] a half-year of {{ROC 126|signed,tight}}.',
    'According to the evidence (E-numbers in brackets), the directional lines are +DI {{+DI 14}} [{{#+DI 14}}] and −DI {{-DI 14}} [{{#-DI 14}}].',
    'If price breaks {{Resistance|usd}} the next hurdle is {{Second resistance|usd}}; a fall through {{Support|usd}} opens the way to {{Second support|usd}}.',
    'EMA 21 ({{EMA 21}}) and SMA 20 ({{SMA 20}}) nearly coincide; price is {{Distance to SMA 20|signed,tight}} relative to the latter.',
    '> Key stat: best day {{Best day|signed,tight}}, worst day {{Worst day|tight}} over the last 12 months (252 sessions).',
    'Let me start with the tape. {{ticker}} finished the session at {{Last close}}, a {{Change on the day|abs,tight}} {{>Change on the day|advance|decline}} on the day that {{>Change on the week|extended its weekly gain to|brought its weekly loss to}} {{Change on the week|abs,tight}}.',
    'Resistance sits overhead at {{Resistance|usd}}, {{Distance to resistance|tight}} higher; the first floor is {{Support|usd}}.',
    'What worries me most is volatility: {{Realised volatility 63|tight}} on a 63-day basis, with a Bollinger width of {{Bollinger width|tight}}.',
    'Technicals: RSI {{RSI 14}}, ADX {{ADX 14}}, ATR {{ATR 14|usd}}, MACD {{MACD line}}.',
    'The trend-following case rests on three facts: (1) price vs the 200-day average is {{Distance to SMA 200|signed,tight}}, (2) the slope of that average is {{Slope of SMA 200|signed,tight}}, and (3) six-month momentum (ROC 126) is {{ROC 126|signed,tight}}.',
    'While the stock is down from its high – it now trades {{Distance to 52-week high|abs,tight}} under the 52-week high of {{52-week high|usd}} – it remains {{Distance to 52-week low|abs,tight}} above the 52-week low.',
    'I would risk no more than {{Risk per share|usd}} per share for a potential reward of {{Reward per share|usd}}, i.e. {{Reward to risk|x}}.',
    'A move above {{Resistance}} would confirm; a close beneath {{Support}} would invalidate.',
    'VaR (95 %) is {{VaR 95}} for one day; the maximum drawdown in the last year: {{Max drawdown}}.',
    'The hit rate is {{Rule hit rate|d0,tight}} or so and the payoff {{Rule payoff}}, so the edge is thin at {{Rule expectancy|signed}} per trade over {{Rule trades}} trades.',
    'Short-term momentum {{>ROC 21|is positive|has turned negative}} ({{ROC 21|signed}} over 21 bars), and the intermediate trend, measured by the 50-day slope of {{Slope of SMA 50|signed}}, {{>Slope of SMA 50|agrees|disagrees}}.',
    '| Metric | Value | Signal |\n|:--|--:|:--:|\n| Close | ${{Last close|d2}} | – |\n| RSI (14) | {{RSI 14}} | Neutral |\n| 50-day SMA | ${{SMA 50|d2}} | Support |\n| Drawdown (max) | {{Max drawdown|tight}} | Caution |\n',
    'Our stop is placed {{Stop distance in ATR|d2}} times ATR from entry, at {{Stop|usd}} ({{Stop from entry|signed,tight}}).',
    'The score came out at {{Balance|signed}} (bull {{Bull case}}, bear {{Bear case}}), and the confidence at {{Confidence}}.',
    'MACD ({{MACD line}}) versus its signal line ({{MACD signal}}) leaves a histogram of {{MACD histogram}}.',
    'Over the trailing year, the stock’s best day was {{Best day|signed}} and its worst {{Worst day}}.',
    'With the close at {{Last close|usd}} and ATR 14 at {{ATR 14|usd}} ({{ATR 14 of price|tight}} of price), expect daily swings of about {{ATR 14 of price|tight,d1}}.',
    'Its 20-, 50- and 200-day averages are {{SMA 20}}, {{SMA 50}} and {{SMA 200}}.',
    'Position in the 52-week range is {{Position in 52-week range|tight}}; the Bollinger position is {{Bollinger position|tight}}.',
    'The current drawdown amounts to {{Current drawdown|abs}}, less than half of… no matter: the max drawdown of {{Max drawdown|abs}} is what counts.',
  ),
  {
    text: 'We would enter at {{Entry|usd}} with a stop-loss at {{Stop|usd}} and a target of {{Target|usd}}, i.e. reward to risk of {{Reward to risk|d2}}:1. That is {{Risk per share|usd}} of risk per share and a stop distance of {{Stop distance in ATR|d2}} ATR.',
    needs: (value) => value('Entry') > 0,
  },
  {
    text: 'The trade: entry {{Entry|cited}}, stop {{Stop|cited}} ({{Stop from entry|signed,cited}}), target {{Target|cited}} ({{Target from entry|signed,cited}}). The neutral voice sizes it at {{Neutral size|tight,cited}} of equity, {{Neutral shares|cited}} shares, {{Neutral notional|usd,cited}} in all.',
    needs: (value) => value('Neutral shares') > 0,
  },
  {
    text: 'Position size: {{Conservative shares}} shares (conservative notional {{Conservative notional|usd}}, conservative amount at risk {{Conservative amount at risk|usd}}), based on a reference equity of {{Reference equity|k}}. The horizon is {{Horizon}} days.',
    needs: (value) => value('Conservative shares') > 0,
  },
  {
    text: 'A gain of {{Target from entry|abs,tight}} to the target versus a loss of {{Stop from entry|abs,tight}} at the stop.',
    needs: (value) => value('Target from entry') > 0,
  },
]

export interface StatedFigure {
  label: string
  options: readonly string[]
  start: number
  /** Of the figure with its unit; the citation follows. */
  end: number
}

export interface DirectionWord {
  label: string
  words: readonly [up: string, down: string]
  start: number
  end: number
}

export interface WrittenPassage {
  text: string
  figures: StatedFigure[]
  directions: DirectionWord[]
}

/** Null where evidence is missing that the passage speaks of, or it does not apply. */
export function writePassage(
  passage: Passage,
  evidence: readonly Evidence[],
  about: { ticker: string; date: string },
): WrittenPassage | null {
  const byLabel = new Map(evidence.map((item) => [item.label, item]))
  const value = (label: string) => Number(byLabel.get(label)?.value ?? Number.NaN)
  if (passage.needs && !passage.needs(value)) return null
  const figures: StatedFigure[] = []
  const directions: DirectionWord[] = []
  let text = ''
  let from = 0
  for (const match of passage.text.matchAll(/\{\{([^}]+)\}\}/g)) {
    text += passage.text.slice(from, match.index)
    from = match.index + match[0].length
    const [name, ...rest] = match[1]!.split('|') as [string, ...string[]]
    if (name === 'date') {
      text += about.date
      continue
    }
    if (name === 'ticker') {
      text += about.ticker
      continue
    }
    const label = name.replace(/^[#>]/, '')
    const item = byLabel.get(label)
    if (!item || typeof item.value !== 'number') return null
    const start = text.length
    if (name.startsWith('#')) text += item.id
    else if (name.startsWith('>')) {
      const words = [rest[0]!, rest[1]!] as const
      text += item.value >= 0 ? words[0] : words[1]
      directions.push({ label, words, start, end: text.length })
    } else {
      const options = rest[0]?.split(',') ?? []
      text += writeFigure(item as MeasuredEvidence, item.value, options)
      figures.push({ label, options, start, end: text.length })
      if (options.includes('cited')) text += ` [${item.id}]`
    }
  }
  return { text: text + passage.text.slice(from), figures, directions }
}

/** `value` in the unit and the form of `item`, as the options ask for. */
export function writeFigure(item: Pick<Evidence, 'unit'>, value: number, options: readonly string[]): string {
  const has = (option: string) => options.includes(option)
  const factor = has('aspercent') ? 100 : has('bps') ? 100 : has('fraction') ? 0.01 : has('k') ? 0.001 : 1
  const counted = value * factor
  const size = Math.abs(counted)
  const digits = writeSize(item, size, options)
  const isZero = !/[1-9]/.test(digits)
  const sign = has('abs') || isZero ? '' : counted < 0 ? '−' : has('signed') ? '+' : ''
  if (has('usd')) return `${sign}$${digits}${has('k') ? 'k' : ''}`
  if (has('k')) return `${sign}$${digits}k`
  if (has('aspercent')) return `${sign}${digits}%`
  if (has('x')) return `${sign}${digits}x`
  if (has('times')) return `${sign}${digits} times`
  if (has('points')) return `${sign}${digits} points`
  if (item.unit === '%' && !has('bps') && !has('fraction'))
    return `${sign}${digits}${has('tight') ? '%' : has('words') ? ' percent' : ' %'}`
  return `${sign}${digits}`
}

function writeSize({ unit }: Pick<Evidence, 'unit'>, size: number, options: readonly string[]): string {
  const fixed = options.find((option) => /^d\d$/.test(option))
  if (fixed) return formatNumber(size, Number(fixed[1]))
  const significant = options.find((option) => /^s\d$/.test(option))
  if (significant) {
    const rounded = Number(size.toPrecision(Number(significant[1])))
    return formatNumber(rounded, Math.max(0, Number(significant[1]) - 1 - Math.floor(Math.log10(rounded))))
  }
  if (options.includes('aspercent') || options.includes('bps') || options.includes('k'))
    return formatNumber(size, 0)
  return formatFigure(size, unit).replace(' %', '')
}
