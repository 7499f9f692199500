/** The controls of a job's form: what each holds, what it may hold, and how it is called and helped with. */
import { formatNumber } from '../../core/format.ts'
import type { JobField } from '../../lab/job-fields.ts'
import { DEFAULT_TRIES } from '../../lab/job-inputs.ts'
import type { Statistic } from '../../trading/statistics.ts'
import type { Refusal } from '../page.ts'
import type { FormValues } from './assess-form.ts'
import { labelStatistic } from './lab/statistics-view.ts'

export interface ControlView {
  control: string
  /** The DOM id. */
  id: string
  label: string
  help: string
  form: JobField['form']
  value: string
  unit: '%' | ''
  /** For the browser's own check, where it can make it; empty for none. */
  min: string
  max: string
  step: string
  isRequired: boolean
  isOn: boolean
  isWrong: boolean
  choices: { value: string; label: string; isSelected: boolean }[]
  placeholder: string
}

/** Where a form must say it otherwise than the schema: in percent in place of fractions, and what an empty box means. */
const HELP: Readonly<Record<string, string>> = {
  start: 'Empty: the first bar.',
  end: 'Empty: the last bar.',
  commission: 'Of the traded value, on each side.',
  spread: 'Of the price, paid at entry.',
  slippage: 'By which fills at the market are worse.',
  margin: 'Cash behind a position: 100 % is no leverage, 50 % is twice.',
  stop_loss: 'Below the entry (short: above). Empty for none.',
  take_profit: 'Above the entry (short: below). Empty for none.',
  trailing_stop: 'From the best close since entry. Empty for none.',
  tries: `Of random draws (${tellNumber(String(DEFAULT_TRIES.random))} where left out) or an adaptive search (${DEFAULT_TRIES.adaptive}).`,
  prices: 'Adjusted: for splits and dividends.',
  method: '',
}

const CHOICES: Readonly<Record<string, string>> = {
  adjusted: 'Adjusted',
  raw: 'As traded',
  'next-open': 'At the next open',
  close: 'At the close of the signal',
  grid: 'Every combination',
  random: 'Random draws',
  adaptive: 'Where it has been good so far',
  logistic: 'Logistic regression',
  forest: 'Forest of trees',
}

const LABELS: Readonly<Record<string, string>> = { method: 'Method' }

function controlId(control: string): string {
  return `f-${control.replace(/[^\w-]/g, '-')}`
}

/** `usual` stands in it where nothing was typed, if the schema names nothing. */
export function viewControl(
  field: JobField,
  values: FormValues,
  error: Refusal | null,
  usual = '',
): ControlView {
  const { name, control, form, isPercent, least, most, standard, isOptional } = field
  const typed = values[control]?.at(-1)
  const value = typed ?? (usual || (standard ?? ''))
  const isNumber = form === 'number' || form === 'whole'
  return {
    ...{
      control,
      form,
      value,
      id: controlId(control),
      label: LABELS[name] ?? field.title,
      help: HELP[name] ?? `${field.about}.`,
    },
    unit: isPercent ? '%' : '',
    min: isNumber && least && !(least.isOpen && form === 'whole') ? String(least.value) : '',
    max: isNumber && most ? String(most.value) : '',
    step: form === 'whole' ? '1' : 'any',
    isRequired: isNumber && !isOptional && standard === null,
    isOn: value === '1',
    isWrong: error?.field === control || error?.field === name,
    choices: field.choices.map((choice) => ({
      value: choice,
      label: name === 'maximize' ? labelStatistic(choice as Statistic) : (CHOICES[choice] ?? choice),
      isSelected: choice === value,
    })),
    placeholder: isOptional && isPercent ? 'none' : '',
  }
}

/** One that the schema does not describe. */
export function plainControl(
  facts: Pick<ControlView, 'control' | 'label'> & Partial<ControlView>,
  error: Refusal | null,
): ControlView {
  return {
    ...{ id: controlId(facts.control), help: '', form: 'text', value: '', unit: '', min: '', max: '' },
    ...{ step: '', isRequired: false, isOn: false, choices: [], placeholder: '' },
    isWrong: error?.field === facts.control,
    ...facts,
  }
}

/** Text of a number with separators; what is none as it stands. */
export function tellNumber(text: string, unit = ''): string {
  const value = Number(text)
  return text === '' || !Number.isFinite(value)
    ? text
    : `${formatNumber(value, Number.isInteger(value) ? 0 : 2)}${unit && ` ${unit}`}`
}
