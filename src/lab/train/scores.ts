/**
 * How good predicted probabilities were, each figure apart. `predicted` are probabilities of 1, `observed` holds 0 or 1;
 * both of the same length, at least 1.
 */

/** Probabilities of 0 and 1 would make a single mistake infinitely bad. */
const SURE = 1e-6

/** Share of rows on which the side given more than one half came about; one half says "rises". */
export function accuracyOf(predicted: Float64Array, observed: Uint8Array): number {
  let right = 0
  for (let i = 0; i < predicted.length; i++) if ((predicted[i]! >= 0.5 ? 1 : 0) === observed[i]) right++
  return right / predicted.length
}

/** Mean of −ln of the probability given to what came about, cut off at one in a million. */
export function logLossOf(predicted: Float64Array, observed: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < predicted.length; i++) {
    const p = Math.min(1 - SURE, Math.max(SURE, predicted[i]!))
    sum -= Math.log(observed[i] === 1 ? p : 1 - p)
  }
  return sum / predicted.length
}

/** Mean squared difference between probability and outcome (Brier 1950): 0 is perfect, 0.25 always saying one half. */
export function brierOf(predicted: Float64Array, observed: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < predicted.length; i++) sum += (predicted[i]! - observed[i]!) ** 2
  return sum / predicted.length
}

/**
 * Area under the ROC curve: how often a row that rose was given more than one that did not, ties counting half (Mann and
 * Whitney 1947, by mean ranks). Null where only one of the two came about.
 */
export function aucOf(predicted: Float64Array, observed: Uint8Array): number | null {
  const order = Array.from(predicted.keys()).sort((a, b) => predicted[a]! - predicted[b]! || a - b)
  let ones = 0
  let rankSum = 0
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && predicted[order[end]!] === predicted[order[start]!]) end++
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i++) {
      if (observed[order[i]!] !== 1) continue
      ones++
      rankSum += rank
    }
    start = end
  }
  const zeros = order.length - ones
  return ones === 0 || zeros === 0 ? null : (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros)
}

export interface CalibrationTenth {
  /** Mean probability, and share that rose; the middle of the tenth and 0 where it is empty. */
  predicted: number
  observed: number
  count: number
}

/** Predictions by tenths (0 to below 0.1, …, 0.9 to 1): what was said, and what came of it. Ten entries. */
export function calibrationOf(predicted: Float64Array, observed: Uint8Array): CalibrationTenth[] {
  const tenths = Array.from({ length: 10 }, () => ({ said: 0, came: 0, count: 0 }))
  for (let i = 0; i < predicted.length; i++) {
    const tenth = tenths[Math.min(9, Math.floor(predicted[i]! * 10))]!
    tenth.said += predicted[i]!
    tenth.came += observed[i]!
    tenth.count++
  }
  return tenths.map(({ said, came, count }, index) => ({
    predicted: count === 0 ? (index * 2 + 1) / 20 : said / count,
    observed: count === 0 ? 0 : came / count,
    count,
  }))
}
