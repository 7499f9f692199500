/** How figures are read: one case for each way of writing, true and false. */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { markFigures } from '../../src/committee/verify.ts'
import { findFigures, unmatchedFigures } from '../support/figures-of.ts'

function evidence(id: string, label: string, value: number | string, unit: string): Evidence {
  return { id, label, value, unit, as_of: '2012-06-29', source: 'made', tool: 'made' }
}

const HELD = [
  evidence('E2', 'Last close', 584, 'price'),
  evidence('E3', 'Change on the day', 2.627, '%'),
  evidence('E6', 'SMA 50', 571.966, 'price'),
  evidence('E7', 'SMA 200', 486.604, 'price'),
  evidence('E11', 'Distance to SMA 200', 20.0155, '%'),
  evidence('E13', 'Slope of SMA 50', -2.6915, '%'),
  evidence('E16', 'RSI 14', 71.23, 'points'),
  evidence('E27', 'ADX 14', 31.04, 'points'),
  evidence('E30', 'ATR 14', 11.075, 'price'),
  evidence('E32', 'Realised volatility 20', 18.775, '%'),
  evidence('E44', 'Support', 579.99, 'price'),
  evidence('E47', 'Resistance', 590.01, 'price'),
  evidence('E50', 'Max drawdown', -16.678, '%'),
  evidence('E52', 'VaR 95', 2.7138, '%'),
  evidence('E63', 'Balance', 0.3521, 'ratio'),
  evidence('E64', 'Rule trades', 137, 'trades'),
  evidence('E68', 'Rule payoff', 1.6244, 'ratio'),
  evidence('E79', 'Stop distance in ATR', 2.8686, 'ratio'),
  evidence('E80', 'Horizon', 60, 'days'),
  evidence('E201', 'Revenue FY2011', 108_249_000_000, 'money'),
  evidence('E202', 'Revenue FY2010', 65_225_000_000, 'money'),
  evidence('E203', 'Net income Q3 2009', -1_240_000_000, 'money'),
  evidence('E204', 'Diluted EPS FY2011', 27.68, 'price'),
  evidence('E205', 'Shares outstanding', 929_277_000, 'shares'),
  evidence('E206', 'Gross margin FY2011', 40.48, '%'),
  evidence('E401', 'Headline 1', 'Apple sells 5 million iPhone 5 in 3 days, shares up 4.9%', 'text'),
]
const wrong = (text: string) => unmatchedFigures(text, HELD).map(({ number }) => number)

describe('what is borne out', () => {
  it.each([
    // Units and scales.
    'The close was $584.00, or USD 584, or 584.00 dollars.',
    'Revenue FY2011 was $108.2 billion, up from $65.2bn in FY2010.',
    'Revenue for fiscal 2011 came to 108,249 million [E201].',
    'It earned a net loss of $1.24 billion [E203] in Q3 2009.',
    'There are 929.3m shares outstanding [E205].',
    'Diluted EPS of $27.68 [E204] and a gross margin of 40.5 percent [E206].',
    'VaR 95 is 271 bps [E52], that is 2.7 %.',
    'The balance of 0.35 is 35 % [E63].',
    'The stop is 2.87 ATRs away, or 2.87x ATR [E79].',
    'The payoff is 1.62 to 1 [E68]; say 1.62:1.',
    'Over 137 [E64] trades and with a horizon of 60 days [E80].',
    // Signs and words of direction.
    'The 50-day average fell 2.69 % over the month.',
    'The 50-day average changed by −2.69 % [E13].',
    'Slope of SMA 50: -2.7%',
    'The maximum drawdown was 16.7 %.',
    'The price is 20.0 % above its 200-day average.',
    'The stock lost 16.7% [E50] at worst, yet gained 2.63% [E3] on the day.',
    // Ranges and lists.
    'It trades in a range of 580–590 [E44][E47].',
    'Expect something between $580 and $590.',
    'The averages stand at 571.97 and 486.60 [E6, E7].',
    'SMA 50 and SMA 200 are at 571.97 and 486.60.',
    // Approximations.
    'The close is about 580, or nearly 590.',
    'Volatility of roughly 19 % [E32].',
    'ATR is around $11.',
    'It has over 920 million shares outstanding.',
    // Citations elsewhere than right behind.
    'RSI 14 [E16] is at 71.2 and ADX 14 [E27] at 31.0.',
    'RSI stands at 71.2, well into overbought territory. [E16]',
    'RSI 14 is 71 (see the snapshot) [E16].',
    'The snapshot [E2–E7] has the close at 584.00.',
    // No figures at all.
    'RSI 14 is above 70, ADX beyond the 25 mark, MACD over the zero line.',
    'The 30/70 bands of RSI(14), MACD (12, 26, 9), Bollinger Bands (20, 2), 50/200-day averages.',
    'On June 29, 2012, at 4:00 pm ET, Q3 2011 and FY2012 were behind us; in 2009 and the 1990s they were not.',
    'See https://example.org/2012/06/29?id=77 and [the filing](https://example.org/10-K/123), form 10-Q.',
    'The S&P 500 and the Nasdaq 100, the iPhone 5, version 2.1.3, COVID-19.',
    'There are 3 reasons: (1) trend, (2) volume, (3) the 52-week high. One or two would do.',
    '## 2. Momentum\n\n1. first\n2) second\n- 3. third',
    'VaR (95 %) and 95% confidence; over the last 63 bars, 6 months ago, within 3 weeks.',
    // Years by the words around them.
    'In 2011, since 2009, by 2013 and until late 2012; FY2011, mid-2012, the year 2010, the end of 2008.',
    'The 2008 crisis, its 2012 high, the 2011 annual report, revenue (2011), the 1990s, from 2010 to 2012, 2010–2012.',
    '| | 2010 | 2011 |\n| --- | --- | --- |\n| RSI 14 | | 71.2 |',
    '- 2011: a good year\n- **2012** saw more',
    // Names by their digits.
    'Level 3 assets, Step 2, the Boeing 737, an A320, GeForce 4090, 5G, B2B, the 3rd, 7203.T, #1, v2.1, RSI in the mid-70s.',
    'Over 3-6 months, a 6–12 month horizon; three times as many; as of 2012.',
    'The 250-day average, 12 months ago, within 90 days, one day in twenty (1 in 20).',
    // Written otherwise.
    'The close is ５８４.００, ٥٨٤, 5&#56;4.00, 5**84**.00, 5<b>84</b>, 58\u200b4, 584&#46;00 or 𝟓𝟖𝟒.',
    'ROC says R² of nothing; ① trend ② volume.',
    // In words.
    'The balance is thirty-five percent [E63], the horizon sixty days [E80], over one hundred and thirty-seven trades.',
    'Two of the three analysts and all four voices, tested three times in seven sessions; two points speak for it.',
    'The fifty-two-week high, the two-hundred-day average, over the last twenty days.',
    'A close of five hundred and eighty-four dollars.',
    // Beside a citation.
    'The close [E2: 584.00] and [see E2] 584.00.',
    // Quoted texts.
    'Apple sold 5 million phones in 3 days [E401], and its shares rose 4.9 % [E401].',
  ])('%s', (text) => {
    expect(wrong(text)).toEqual([])
  })
})

describe('what is not', () => {
  it.each<[text: string, ...numbers: string[]]>([
    // Values.
    ['The close was 585.00.', '585.00'],
    ['RSI 14 is 64.3.', '64.3'],
    // Units.
    ['The close was 584.00 %.', '584.00'],
    ['The close was €584.00 [E2].', '584.00'],
    ['Volatility of 18.8 [E32].', '18.8'],
    ['VaR 95 is 2.71 bps [E52].', '2.71'],
    ['Volatility of 18.8 percentage points [E32].', '18.8'],
    ['137 [E64] shares', '137'],
    ['RSI 14 is 71.2 %.', '71.2'],
    // Scales.
    ['Revenue FY2011 was $108.2 million.', '108.2'],
    ['The close was 5,840.00 [E2].', '5,840.00'],
    // Signs.
    ['The 50-day average rose 2.69 % over the month.', '2.69'],
    ['Slope of SMA 50: 2.69 % [E13]', '2.69'],
    ['The price is 20.0 % below its 200-day average.', '20.0'],
    ['The max drawdown was +16.7 % [E50].', '+16.7'],
    ['The close was −584.00 [E2].', '−584.00'],
    // Rounded too far.
    ['The close was 600 [E2].', '600'],
    ['VaR 95 is 3 % [E52].', '3'],
    ['The payoff is 1.6 [E68].', '1.6'],
    ['The close is about 600 [E2].', '600'],
    ['The close is more than 590 [E2].', '590'],
    // Citations.
    ['The close is 584.00 [E6].', '584.00'],
    ['RSI 14 [E16] is at 31.0 and ADX 14 [E27] at 71.2.', '31.0', '71.2'],
    ['RSI stands at 31.0, well into overbought territory. [E16]', '31.0'],
    ['The averages stand at 571.97 and 590.01 [E6, E7].', '590.01'],
    ['Both ends of 570–590 [E44][E47] hold.', '570'],
    // Names.
    ['RSI 14 is 31.0.', '31.0'],
    ['| RSI 14 | 31.0 |\n| --- | --- |\n| ADX 14 | 71.2 |', '31.0', '71.2'],
    ['Revenue FY2010 was $108.2 billion.', '108.2'],
    // Marks only where they are compared with.
    ['RSI 14 is 70.', '70'],
    ['The close is above 70.', '70'],
    // Quoted texts only where they are cited.
    ['Its shares rose 4.9 %.', '4.9'],
    ['It sold 6 million phones [E401].', '6'],
    ['It has risen for 14 straight days.', '14'],
    // Digits of any alphabet, entities, what does not show, markup.
    ['The close is ９９９.００.', '９９９.００'],
    ['The close is ٩٩٩.', '٩٩٩'],
    ['The close is 𝟗𝟗𝟗.𝟎𝟎.', '𝟗𝟗𝟗.𝟎𝟎'],
    ['The close is &#57;&#x39;&#57;.', '&#57;&#x39;&#57;'],
    ['It rose 9&percnt;.', '9'],
    ['The close is 9\u200b99.00.', '9\u200b99.00'],
    ['The close is 5**84**.01.', '5**84**.01'],
    ['The close is **5**71.97 [E2].', '5**71.97'],
    ['The close is 5[71](https://example.org).97 [E2].', '5[71](https://example.org).97'],
    // What is no number that could be checked.
    ['The close is 1e3 or 0x3E7.', '1e3', '0x3E7'],
    ['The close is 5_8_4, or 584_00.', '5_8_4', '584_00'],
    ['Fair value: 1.2.3, or price999, or close-999.', '1.2.3', 'price999', '999'],
    ['Up ½ of it; ¾ percent; 584².', '½', '¾', '584²'],
    // In words.
    ['The close is nine hundred and ninety-nine.', 'nine hundred and ninety-nine'],
    ['It rose forty percent, or by five points.', 'forty', 'five'],
    ['It rose between two and three percent.', 'two', 'three'],
    ['It cost nine dollars, two and a half percent of it.', 'nine', 'two and a half'],
    ['The payoff is two point five.', 'two point five'],
    ['Shares outstanding: five million.', 'five million'],
    ['The close is 9 hundred.', '9'],
    // Names with digits that nobody knows.
    ['Level 999 holds, Tier 99 and Case 700 too.', '999', '99', '700'],
    ['Step 999 and Point 12: target #999.', '999', '12', '999'],
    ['The odds are 1 in 500.', '1', '500'],
    [
      'The 999-day average, over the next 999 days, 999 days ago, within 999 months.',
      '999',
      '999',
      '999',
      '999',
    ],
    ['999. The close\n999) the level', '999', '999'],
    // Amounts that look like years.
    ['We see a target of 2050.', '2050'],
    ['Its fair value is 1950 today, the price target (2050).', '1950', '2050'],
    ['The price will hit 2099, a rise to 2010.', '2099', '2010'],
    ['The 2050 level and its 2050 target; worth 2000 a share.', '2050', '2050', '2000'],
    ['| Level | Price |\n| --- | --- |\n| Stop | 1950 |', '1950'],
    ['It is 2015 [E2].', '2015'],
    // Beside a citation.
    ['The close [E2: 999.00] holds.', '999.00'],
  ])('%s', (text, ...numbers) => {
    expect(wrong(text)).toEqual(numbers)
  })
})

describe('where figures stand', () => {
  it('gives offsets at which the text holds the number as written, its sign included', () => {
    const text = 'Up **+2.63 %** [E3], from $1,240.50 to −4.'
    for (const { start, end, number } of findFigures(text)) expect(text.slice(start, end)).toBe(number)
    expect(findFigures(text).map(({ number }) => number)).toEqual(['+2.63', '1,240.50', '−4'])
  })

  it('marks the figures that are wrong, and not their equals that are right', () => {
    const text = 'SMA 50 is 584.00 [E6]; the close is 584.00 [E2].'
    expect(markFigures(text, unmatchedFigures(text, HELD), '<', '>')).toBe(
      'SMA 50 is <584.00> [E6]; the close is 584.00 [E2].',
    )
  })
})
