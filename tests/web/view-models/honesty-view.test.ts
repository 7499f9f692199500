import { load } from 'cheerio'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HonestyReport } from '../../../src/lab/honesty-report.ts'
import { createRenderer } from '../../../src/web/render.ts'
import { viewHonesty } from '../../../src/web/view-models/honesty-view.ts'
import { makeHonestyReport } from '../../support/honesty-reports.ts'

const renderer = createRenderer({
  viewsDir: join(import.meta.dirname, '../../../views'),
  cache: true,
  assetUrl: (name) => name,
  version: 'test',
})

function render(report: HonestyReport, sharpe: number | null = null) {
  return load(
    renderer.render('partials/lab/honesty', { isThere: true, honesty: viewHonesty(report, sharpe) }),
  )
}

/** Label, value, word of the mark. */
function rowsOf($: ReturnType<typeof load>): string[][] {
  return $('table.honesty tbody tr:not(.honesty-group)')
    .toArray()
    .map((row) => [
      $(row).find('th').text(),
      $(row).find('td').eq(0).text(),
      $(row).find('td').eq(1).clone().find('.icon, [role=img]').remove().end().text().trim(),
    ])
}

const NOTHING = { reality_check: null, spa_consistent: null, spa_lower: null, spa_upper: null }

describe('the honesty panel', () => {
  it('begins with the sentence that matters most, then has each figure with a mark in words', () => {
    const $ = render(makeHonestyReport())
    expect($('.honesty-lead').text()).toContain('about 3 times in 4')
    expect($('.honesty-verdict .status').text()).toBe('✕likely luck')
    expect($('.honesty-said li')).toHaveLength(1)
    expect(rowsOf($)).toEqual([
      ['Sharpe, annual', '0.508', ''],
      ['Band', '−0.15 to 1.22', 'doubtful'],
      ['Probabilistic Sharpe', '92.9 %', 'doubtful'],
      ['Minimum track record', 'about 11 years', 'bad'],
      ['Deflated Sharpe', '34.4 %', 'bad'],
      ['Deflated Sharpe, no skill', '0.9 %', 'bad'],
      ['Minimum backtest', '14.9 years', 'bad'],
      ['Probability of overfitting', '57.3 %', 'bad'],
      ['Against doing nothing', '74.0 %', 'bad'],
      ['Against doing nothing, unscaled', '71.0 %', 'bad'],
      ['Against buy & hold', '97.0 %', 'bad'],
      ['Against buy & hold, unscaled', '98.4 %', 'bad'],
    ])
    expect($('.honesty-basis').text()).toBe(
      '10,000 tries · 2,147 returns, 252 a year · 1,000 resamples in blocks of 10 on average, seed 1 · 12,870 halves of 16 blocks',
    )
  })

  it('has one verdict, and colour on it and on the few figures that decide it alone', () => {
    const $ = render(makeHonestyReport())
    expect($('table.honesty .status')).toHaveLength(3)
    const word = (changes: Partial<HonestyReport>) => viewHonesty(makeHonestyReport(changes)).verdict?.word
    const { dsr_trial_variance: _, pbo, against_zero } = makeHonestyReport()
    const sure = { threshold: 0.01, probability: 0.99 }
    const rare = { ...against_zero, spa_consistent: 0.01 }
    const held = { dsr_trial_variance: sure, against_zero: rare, pbo: { ...pbo, value: 0.1 } }
    expect(word(held)).toBe('stands out')
    expect(word({ ...held, pbo: { ...pbo, value: 0.6 } })).toBe('doubtful')
    expect(word({ ...held, against_zero: { ...rare, spa_consistent: 0.1 } })).toBe('doubtful')
    expect(word({ ...held, dsr_trial_variance: { ...sure, probability: 0.4 } })).toBe('likely luck')
    expect(word({ dsr_trial_variance: null, against_zero: NOTHING })).toBeUndefined()
  })

  it('says nothing twice: bounds, ties and ratios only where they are something else', () => {
    const meaningOf = ($: ReturnType<typeof render>, label: string) =>
      $('table.honesty tbody tr')
        .filter((_, row) => $(row).find('th').text() === label)
        .find('.honesty-meaning')
        .text()
    const $ = render(makeHonestyReport(), 0.372)
    expect(meaningOf($, 'Against doing nothing')).toMatch(
      /; 70\.0 % by the lower and 75\.0 % by the upper test\.$/,
    )
    expect(meaningOf($, 'Probability of overfitting')).toContain('57.0 % without ties')
    expect($('.honesty-ratios').text()).toMatch(/^Sharpe 0\.51 here: .*; 0\.37 in the statistics: /)
    const every = { reality_check: 1, spa_consistent: 1, spa_lower: 1, spa_upper: 1 }
    const { pbo } = makeHonestyReport()
    const same = makeHonestyReport({ against_buy_and_hold: every, pbo: { ...pbo, strict: pbo.value } })
    const quiet = render(same, 0.508)
    expect(meaningOf(quiet, 'Against buy & hold')).toBe('How often luck alone looks as good.')
    expect(meaningOf(quiet, 'Probability of overfitting')).not.toContain('ties')
    expect(quiet('.honesty-ratios')).toHaveLength(0)
  })

  it('gives every figure a source and every mark an icon that is not read aloud', () => {
    const $ = render(makeHonestyReport())
    expect(
      $('.honesty-sources dd')
        .toArray()
        .every((dd) => $(dd).text().length > 9),
    ).toBe(true)
    expect($('.honesty-sources dt')).toHaveLength(12)
    for (const icon of $('.status .icon').toArray()) expect($(icon).attr('aria-hidden')).toBe('true')
  })

  it('draws the spread with words for those who do not see it, and with no style of its own', () => {
    const $ = render(makeHonestyReport())
    const svg = $('svg')
    expect(svg.attr('role')).toBe('img')
    expect($(`#${svg.attr('aria-describedby')}`).text()).toMatch(
      /^Of 12,870 ways to halve the history, in 55\.9 %/,
    )
    expect($.html()).not.toContain('style=')
  })

  it('calls good what holds', () => {
    const held = { reality_check: 0, spa_consistent: 0.02, spa_lower: 0, spa_upper: 0.05 }
    const $ = render(
      makeHonestyReport({
        psr: 0.99997,
        ...{ min_track_record: 800, min_backtest_years: 5 },
        pbo: { ...makeHonestyReport().pbo, value: 0.1 },
        ...{ against_zero: held, against_buy_and_hold: { ...held, spa_consistent: 0.1 } },
      }),
    )
    const words = Object.fromEntries(rowsOf($).map(([label, value, word]) => [label, `${value} ${word}`]))
    expect(words).toMatchObject({
      'Probabilistic Sharpe': '> 99.9 % good',
      'Minimum track record': 'about 3.2 years good',
      'Probability of overfitting': '10.0 % good',
      'Against doing nothing': '2.0 % good',
      'Against doing nothing, unscaled': '< 0.1 % good',
      'Against buy & hold': '10.0 % doubtful',
    })
  })

  it('shows a dash and why where nothing can be said', () => {
    const $ = render(
      makeHonestyReport({
        ...{ trials: 1, sampled: 1, psr: null, dsr_trial_variance: null, dsr_null_variance: null },
        best: {
          ...{ trial: null, sharpe: null, sharpe_annual: null, skewness: null, kurtosis: null },
          ...{ sharpe_band: null, sharpe_annual_band: null },
        },
        ...{ min_track_record: null, min_backtest_years: null },
        pbo: { value: null, strict: null, blocks: 16, combinations: 0, logits: null },
        ...{ against_zero: NOTHING, against_buy_and_hold: NOTHING, sentences: [] },
        bootstrap: { samples: 0, mean_block: 0, seed: 1 },
      }),
    )
    for (const [label, value, word] of rowsOf($)) expect([label, value, word]).toEqual([label, '–', ''])
    for (const cell of $('.honesty-meaning').toArray()) expect($(cell).text()).not.toMatch(/null|NaN|–/)
    expect($('svg')).toHaveLength(0)
    expect($('.honesty-lead')).toHaveLength(0)
    expect($('.honesty-basis').text()).toBe('1 try · 2,147 returns, 252 a year')
  })

  it('shows nothing at all until it is there', () => {
    expect(renderer.render('partials/lab/honesty', { isThere: false }).trim()).toBe('')
  })
})
