/** The market analyst, by rules: what the tape says, in the order in which a trader reads a chart. No verdict yet. */
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { capitalise, createQuoter, joinBlocks, joinWords, type Quoter } from '../figures.ts'
import type { AnalystFinding, Brief, Reasoner } from '../reasoner.ts'
import { computeBalance, judgeEvidence } from './judge.ts'
import { SIGNAL_GROUPS, type SignalGroup } from './signals.ts'

/** Beyond this a group of signals leans; inside it is mixed. */
const LEANS = 0.15

const SECTIONS: readonly { title: string; groups: readonly SignalGroup[]; labels: readonly string[] }[] = [
  {
    title: 'Trend',
    groups: ['trend'],
    labels: [
      ...['SMA 20', 'SMA 50', 'SMA 200', 'EMA 21'],
      ...['Distance to SMA 20', 'Distance to SMA 50', 'Distance to SMA 200'],
      ...[
        'Slope of SMA 20',
        'Slope of SMA 50',
        'Slope of SMA 200',
        'SMA 50 over SMA 200',
        'ADX 14',
        '+DI 14',
        '-DI 14',
      ],
    ],
  },
  {
    title: 'Momentum and stretch',
    groups: ['momentum', 'stretch'],
    labels: [
      ...['RSI 14', 'MACD line', 'MACD signal', 'MACD histogram', 'Stochastic %K', 'Stochastic %D'],
      ...['ROC 21', 'ROC 63', 'ROC 126', 'ROC 252', 'Z-score 20', 'Bollinger upper', 'Bollinger lower'],
      ...['Bollinger position', 'Bollinger width'],
    ],
  },
  {
    title: 'Volatility, range and losses',
    groups: ['regime'],
    labels: [
      ...['ATR 14', 'ATR 14 of price', 'Realised volatility 20', 'Realised volatility 63'],
      ...[
        'Annualised volatility',
        'Volatility rank',
        '52-week high',
        '52-week low',
        'Distance to 52-week high',
      ],
      ...[
        'Distance to 52-week low',
        'Position in 52-week range',
        'Max drawdown',
        'Current drawdown',
        'VaR 95',
      ],
      ...['Worst day', 'Best day'],
    ],
  },
  {
    title: 'Volume',
    groups: ['volume'],
    labels: ['Volume ratio', 'Volume of the month', 'OBV trend'],
  },
]

export const marketByRules: Reasoner<Brief, AnalystFinding> = {
  reason(brief, aid) {
    const ledger = createLedger(brief.evidence)
    const summary = summarise(brief, ledger)
    aid.note('Read the tape: trend, momentum, stretch, volatility, range, losses and volume.')
    const quote = createQuoter(ledger)
    const report = joinBlocks(
      `# ${brief.ticker} on ${brief.as_of}: the tape`,
      summary,
      ...SECTIONS.map((section) => describeSection(section, ledger, quote)),
      describeLevels(ledger, quote),
    )
    return Promise.resolve({ summary, report })
  },
}

function describeSection(section: (typeof SECTIONS)[number], ledger: Ledger, quote: Quoter): string {
  const table = quote.table(section.labels)
  if (table === '') return ''
  const sentences = judgeEvidence(ledger)
    .filter(({ signal, score }) => section.groups.includes(signal.group) && Math.abs(score) >= LEANS)
    .map(({ signal, score }) => signal.say(quote, (label) => ledger.get(label).value, score))
  const prose =
    sentences.length > 0
      ? sentences.join(' ')
      : 'Nothing here leans far enough to one side to be worth a word.'
  return joinBlocks(`## ${section.title}`, prose, table)
}

function describeLevels(ledger: Ledger, quote: Quoter): string {
  const table = quote.table(['Resistance', 'Second resistance', 'Support', 'Second support'])
  if (table === '') return ''
  const above = ledger.has('Resistance')
    ? `The nearest top above stands at ${quote.of('Resistance')} (${quote.signed('Distance to resistance')}).`
    : 'No top of the last year stands above the close: there is no resistance overhead.'
  const below = ledger.has('Support')
    ? `The nearest low beneath is ${quote.of('Support')} (${quote.signed('Distance to support')}).`
    : 'No swing low of the last year lies beneath the close: there is no floor in sight.'
  return joinBlocks('## Levels', `${above} ${below}`, table)
}

function summarise({ ticker }: Brief, ledger: Ledger): string {
  if (!ledger.has('Last close')) return `There is no price of ${ticker} to speak of.`
  const quote = createQuoter(ledger)
  const changes = [
    ledger.has('Change on the day') ? `${quote.signed('Change on the day')} on the day` : '',
    ledger.has('Change on the week') ? `${quote.signed('Change on the week')} on the week` : '',
  ].filter((part) => part !== '')
  const close = `${ticker} closed at ${quote.of('Last close')}${changes.length > 0 ? `, ${joinWords(changes)}` : ''}.`
  const judgements = judgeEvidence(ledger)
  if (judgements.length === 0) return `${close} The history is too short to say more.`
  const leaning = (direction: 1 | -1) =>
    SIGNAL_GROUPS.filter((group) => {
      const balance = computeBalance(judgements.filter(({ signal }) => signal.group === group))
      return direction * balance >= LEANS
    })
  const up = leaning(1)
  const down = leaning(-1)
  const parts = [
    up.length > 0 ? `${joinWords(up)} ${speak(up)} for the buyers` : '',
    down.length > 0 ? `${joinWords(down)} ${speak(down)} for the sellers` : '',
  ].filter((part) => part !== '')
  if (parts.length === 0) return `${close} Neither side has the tape.`
  return `${close} ${capitalise(parts.join('; '))}.`
}

function speak(groups: readonly string[]): string {
  return groups.length === 1 ? 'speaks' : 'speak'
}
