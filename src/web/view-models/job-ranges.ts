/** The parameters of a strategy in a job's form: a value of each, or for a search a range with the number of trials it makes. */
import { countOf, formatNumber } from '../../core/format.ts'
import { countGrid, countValues } from '../../lab/grid-size.ts'
import { DEFAULT_TRIES, MAX_TRIALS } from '../../lab/job-inputs.ts'
import type { FormStrategy } from '../../lab/job-form.ts'
import type { StrategyParameter } from '../../trading/strategies/strategy.ts'
import type { Refusal } from '../page.ts'
import type { FormValues } from './assess-form.ts'
import { plainControl, type ControlView } from './job-controls.ts'

export interface ParameterView {
  name: string
  title: string
  about: string
  value: ControlView
}

export interface RangeView {
  name: string
  title: string
  about: string
  from: ControlView
  to: ControlView
  step: ControlView
  /** `20 values`, or that it is held. */
  count: string
}

export interface TrialCount {
  /** `400 trials`. */
  text: string
  note: string
  /** What is noted where everything is run. */
  wholeNote: string
  usual: typeof DEFAULT_TRIES
  isTooMany: boolean
}

/** What the ranges of an untouched form come to together, about. */
const USUAL_TRIALS = 1_000
/** Values of one parameter; more than that a first look does not need. */
const MOST_VALUES = 20
/** Parameters that an untouched form searches: more of them would each get too few values. The others are held. */
const MOST_SEARCHED = 2
/** How far a usual range reaches from the default, as a factor down and up. */
const REACH = 4

export function viewParameters(
  { name: strategy, parameters }: FormStrategy,
  values: FormValues,
  error: Refusal | null,
): ParameterView[] {
  return parameters.map((parameter) => {
    const { name, title, about, min, max, step, default: standard } = parameter
    const control = `param.${name}`
    const value = plainControl(
      {
        ...{ control, label: title, id: `f-param-${strategy}-${name}`, form: numberForm(parameter) },
        ...{ value: values[control]?.at(-1) || String(standard), help: about },
        ...{ min: String(min), max: String(max), step: String(step), isRequired: true },
      },
      error,
    )
    return { name, title, about, value }
  })
}

export function viewRanges(
  { name: strategy, parameters }: FormStrategy,
  values: FormValues,
  error: Refusal | null,
): RangeView[] {
  const isTyped = Object.keys(values).some((control) => /^(from|to)\./.test(control))
  const searched = Math.min(MOST_SEARCHED, parameters.length)
  const each = Math.max(2, Math.min(MOST_VALUES, Math.floor(USUAL_TRIALS ** (1 / searched))))
  return parameters.map((parameter, at) => {
    const { name, title, about, min, max, step } = parameter
    const isHeld = isTyped || at >= MOST_SEARCHED
    const usual = isHeld ? { from: '', to: '', step: String(step) } : suggestRange(parameter, each)
    const part = (which: 'from' | 'to' | 'step', label: string): ControlView => {
      const control = `${which}.${name}`
      const bounds = which === 'step' ? { min: '', max: '' } : { min: String(min), max: String(max) }
      return plainControl(
        {
          ...{ control, label: `${title}, ${label}`, id: `f-${which}-${strategy}-${name}` },
          ...{ form: numberForm(parameter), value: values[control]?.at(-1) ?? usual[which], ...bounds },
          ...{ step: which === 'from' ? String(step) : 'any' },
          placeholder: which === 'from' ? String(parameter.default) : which === 'to' ? 'held' : String(step),
        },
        error,
      )
    }
    const [from, to, by] = [part('from', 'from'), part('to', 'to'), part('step', 'step')]
    const count =
      to.value === '' ? 'held' : countOf(countValues(...numbersOf(parameter, from, to, by)), 'value')
    return { ...{ name, title, about, from, to, step: by, count } }
  })
}

export interface SearchFacts {
  /** As typed. */
  method: string
  tries: string
  constraint: string
  isWalk: boolean
}

/** A search that does not look at everything runs as many as it is told, or as is usual. */
export function countTrials(
  parameters: readonly StrategyParameter[],
  ranges: readonly RangeView[],
  { method, tries, constraint, isWalk }: SearchFacts,
): TrialCount {
  const searched = ranges.flatMap(({ name, from, to, step }) => {
    const parameter = parameters.find((one) => one.name === name)!
    return to.value === '' ? [] : [numbersOf(parameter, from, to, step)]
  })
  const all = searched.length === 0 ? 0 : countGrid(searched)
  const usual = method === 'random' || method === 'adaptive' ? DEFAULT_TRIES[method] : all
  const trials = method === 'grid' ? all : Math.min(Number(tries) > 0 ? Number(tries) : usual, all)
  const isTooMany = trials > MAX_TRIALS
  const wholeNote = [
    ...(isWalk ? ['in each fold'] : []),
    ...(constraint.trim() === '' ? [] : ['before the constraint']),
  ].join(', ')
  return {
    text: countOf(trials, 'try', 'tries'),
    note: isTooMany
      ? `more than the ${formatNumber(MAX_TRIALS, 0)} that one job may run: widen the steps`
      : trials < all
        ? `of ${countOf(all, 'combination')}${isWalk ? ' in each fold' : ''}`
        : wholeNote,
    wholeNote,
    usual: DEFAULT_TRIES,
    isTooMany,
  }
}

/** Around the default, in steps that are round for the parameter. */
function suggestRange(
  { min, max, step, default: standard }: StrategyParameter,
  each: number,
): Record<'from' | 'to' | 'step', string> {
  const isScaled = standard > 0 && min >= 0
  const low = isScaled ? Math.max(min, standard / REACH) : min
  const high = isScaled ? Math.min(max, standard * REACH) : max
  const stepsBetween = Math.max(1, Math.ceil((high - low) / step / (each - 1)))
  const at = (value: number) => Math.round((value - min) / step)
  const first = at(low)
  const values = Math.min(each, Math.floor((at(high) - first) / stepsBetween) + 1)
  const write = (steps: number) => String(Number((min + steps * step).toPrecision(12)))
  return {
    from: write(first),
    to: write(first + (values - 1) * stepsBetween),
    step: String(Number((stepsBetween * step).toPrecision(12))),
  }
}

function numbersOf(
  { min, step: own }: StrategyParameter,
  from: ControlView,
  to: ControlView,
  step: ControlView,
): [number, number, number] {
  const numberOr = (text: string, otherwise: number) => (text.trim() === '' ? otherwise : Number(text))
  return [numberOr(from.value, min), Number(to.value), numberOr(step.value, own)]
}

function numberForm({ min, step }: StrategyParameter): ControlView['form'] {
  return Number.isInteger(min) && Number.isInteger(step) ? 'whole' : 'number'
}
