/**
 * The plain rule of the committee as a strategy: the same entries, and around each the same stop, target and longest
 * holding time, so that one can ask how this setup did before.
 */
import {
  ACT_THRESHOLD,
  ATR_BARS,
  computeBalanceColumn,
  HOLDING_BARS,
  STOP_ATR,
  TARGET_ATR,
} from '../plain-rule/plain-rule.ts'
import type { IndicatorView } from './bar-desk.ts'
import type { BarStrategy } from './strategy.ts'

interface Setup {
  balance: IndicatorView
  range: IndicatorView
}

export const committeeRule: BarStrategy<Setup> = {
  name: 'committee-rule',
  title: 'Committee rule',
  about:
    'Trades when the balance of the committee’s market signals leans far enough to one side, with a stop and a target in ATR and a longest holding time.',
  source: 'The plain rule of this product’s committee; its signals are named in its reports',
  parameters: [
    {
      name: 'threshold',
      title: 'Act from',
      about: 'How far from 0 the balance of the signals, −1 to 1, must stand for a trade.',
      min: 0.05,
      max: 0.95,
      step: 0.05,
      default: ACT_THRESHOLD,
    },
    {
      name: 'stop',
      title: 'Stop',
      about: 'Distance from the entry to the stop, in ATR of 14 bars.',
      min: 0.25,
      max: 10,
      step: 0.25,
      default: STOP_ATR,
    },
    {
      name: 'target',
      title: 'Target',
      about: 'Distance from the entry to the target, in ATR of 14 bars.',
      min: 0.25,
      max: 20,
      step: 0.25,
      default: TARGET_ATR,
    },
    {
      name: 'bars',
      title: 'Held at most',
      about: 'Bars after which a trade that reached neither stop nor target is closed.',
      min: 1,
      max: 250,
      step: 1,
      default: HOLDING_BARS,
    },
  ],
  constraint: null,
  tickers: 'one',
  form: 'bars',
  init: (setup) => ({
    balance: setup.column('plain rule balance', computeBalanceColumn),
    range: setup.indicator('atr', ATR_BARS),
  }),
  next(desk, { balance, range }, params) {
    if (desk.position().size !== 0 || !(range.now > 0)) return
    const order = {
      stopDistance: params.stop! * range.now,
      targetDistance: params.target! * range.now,
      maxBars: params.bars!,
    }
    if (balance.now >= params.threshold!) desk.buy(order)
    else if (balance.now <= -params.threshold!) desk.sell(order)
  },
}
