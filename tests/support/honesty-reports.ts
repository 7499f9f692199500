/** A report of a large grid whose best owes much to luck, as a judged search leaves it. */
import type { HonestyReport } from '../../src/lab/honesty-report.ts'

export function makeHonestyReport(changes: Partial<HonestyReport> = {}): HonestyReport {
  const edges = Array.from({ length: 25 }, (_, i) => i / 2 - 6)
  return {
    ...{ trials: 10_000, sampled: 10_000, observations: 2_147, periods_per_year: 252 },
    best: {
      ...{ trial: 562, sharpe: 0.032, sharpe_annual: 0.508, skewness: -0.34, kurtosis: 11.9 },
      sharpe_band: { low: -0.0096, high: 0.0771, level: 0.95 },
      sharpe_annual_band: { low: -0.153, high: 1.224, level: 0.95 },
    },
    psr: 0.929,
    dsr_trial_variance: { threshold: 0.0407, probability: 0.344 },
    dsr_null_variance: { threshold: 0.0833, probability: 0.00907 },
    ...{ min_track_record: 2_683.8, min_backtest_years: 14.9, backtest_years: 8.53 },
    pbo: {
      ...{ value: 0.573, strict: 0.57, blocks: 16, combinations: 12_870 },
      logits: { edges, counts: edges.slice(1).map((edge) => (edge <= 0 ? 600 : 472.5)) },
    },
    against_zero: { reality_check: 0.71, spa_consistent: 0.74, spa_lower: 0.7, spa_upper: 0.75 },
    against_buy_and_hold: { reality_check: 0.984, spa_consistent: 0.97, spa_lower: 0.96, spa_upper: 1 },
    bootstrap: { samples: 1_000, mean_block: 10, seed: 1 },
    sentences: ['Of 10,000 tries, the best would look this good by luck about 3 times in 4.', 'And more.'],
    ...changes,
  }
}
