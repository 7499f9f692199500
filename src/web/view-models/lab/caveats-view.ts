/** What stands above all figures of a result that are no record of what could have been earned, and why. */
import type { Caveat } from '../../../lab/backtest-result.ts'

export interface CaveatView {
  title: string
  text: string
}

const CAVEATS: Record<Caveat, CaveatView> = {
  'looks-ahead': {
    title: 'This strategy looks ahead.',
    text: 'It makes use of bars that lay in the future when it decided, so the figures below cannot be had by trading. A note under them says where it was found out.',
  },
  'in-sample': {
    title: 'In sample.',
    text: 'The model was trained on days that it trades here, so the figures below are learnt by heart in part and no test of it. A note under them names the days.',
  },
}

/** Results from before they were told apart have none. */
export function viewCaveats(caveats: readonly Caveat[] = []): CaveatView[] {
  return caveats.map((caveat) => CAVEATS[caveat])
}
