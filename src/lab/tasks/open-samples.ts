/** The samples of a training, as a thread remembers them from one piece of it to the next. */
import type { SharedBars } from '../task.ts'
import { chooseFeatures } from '../train/features.ts'
import { takeSamples, type Samples } from '../train/samples.ts'

export interface SampleGround {
  /** Of one ticker. */
  bars: SharedBars
  features: string[]
  horizonBars: number
}

/** Trainings that a thread works for in turns. */
const KEPT = 2
const kept = new Map<string, Samples>()

export function openSamples({ bars, features, horizonBars }: SampleGround): Samples {
  const key = JSON.stringify([bars.hash, features, horizonBars])
  const samples = kept.get(key) ?? takeSamples(bars.series[0]!.bars, chooseFeatures(features), horizonBars)
  kept.delete(key)
  kept.set(key, samples)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
  return samples
}
