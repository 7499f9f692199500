/** Which of two trials is the better one by the statistic that a search is after. */
import { SMALLER_IS_BETTER, type Statistic } from '../../trading/statistics.ts'

/** So that more is better, whatever the statistic. NaN stays NaN. */
export function scoreOf(statistic: Statistic, value: number): number {
  return SMALLER_IS_BETTER.has(statistic) ? -value : value
}
