/**
 * Who reasons in a run of models, and the one thing that no as-of window can keep out: what a model has read in training.
 * Where its reading reaches past the as-of date, its verdict may know what came after, and that is said.
 */
import type { ModelFacts } from '../llm/model-facts.ts'
import { joinWords } from './figures.ts'
import type { Thinking } from './state.ts'

export function describeThinking(
  models: Readonly<Record<string, string>>,
  asOf: string,
  facts: Pick<ModelFacts, 'cutoffOf'>,
): Thinking {
  const names = [...new Set(Object.values(models))].sort()
  const cutoffs = Object.fromEntries(names.map((model) => [model, facts.cutoffOf(model)]))
  return { mode: 'llm', models: { ...models }, cutoffs, warning: warnOf(cutoffs, asOf) }
}

function warnOf(cutoffs: Readonly<Record<string, string | null>>, asOf: string): string | null {
  const known = Object.entries(cutoffs).flatMap(([model, cutoff]) =>
    cutoff !== null && cutoff >= asOf ? [`${model} has read up to ${cutoff}`] : [],
  )
  const unknown = Object.entries(cutoffs).flatMap(([model, cutoff]) => (cutoff === null ? [model] : []))
  const sentences = [
    known.length > 0 ? `${joinWords(known)}: the verdict of ${asOf} may rest on what came after.` : '',
    unknown.length > 0
      ? `How far ${joinWords(unknown)} ${unknown.length === 1 ? 'has' : 'have'} read is not known: it may be past ${asOf}.`
      : '',
  ].filter((sentence) => sentence !== '')
  return sentences.length > 0 ? sentences.join(' ') : null
}
