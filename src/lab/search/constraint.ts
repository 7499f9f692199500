/**
 * A constraint of a search: a condition over parameters and statistics as a person types it, `fast < slow and
 * trades >= 10`. It is parsed to a tree and evaluated by the few rules below; nothing of it is ever run as code.
 *
 *     comparisons  < <= > >= == !=      arithmetic  + - * / % and a sign      logic  and or not, && || !      ( )
 *
 * What needs a statistic that a trial does not have, or divides nothing by nothing, is unknown, and so is all it is part of,
 * negations too: a condition that is not known to hold refuses the trial.
 */
import jsep from 'jsep'
import { InputError, messageOf, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import { STATISTICS } from '../../trading/statistics.ts'

export interface Constraint {
  /** Names it asks for, each once. */
  readonly names: readonly string[]
  /** Whether it can be judged before a trial is run. */
  readonly isOfParameters: boolean
  /** Conditions that must all hold, as they were joined by `and`: each can be judged as soon as its names are known. */
  readonly parts: readonly ConstraintPart[]
  /** Asks for the value of a name, NaN where there is none; false too where that leaves it unknown. */
  holds(valueOf: (name: string) => number): boolean
}

export type ConstraintPart = Omit<Constraint, 'parts'>

const MAX_CHARS = 500
const MAX_DEPTH = 24

/** The weakest binds last; jsep knows `&&` and `||` itself. */
jsep.addBinaryOp('or', 1)
jsep.addBinaryOp('and', 2)
jsep.addUnaryOp('not')

/** Of numbers that are there. */
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}
const CALCULATE: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}
const LOGIC: Readonly<Record<string, 'and' | 'or'>> = { and: 'and', '&&': 'and', or: 'or', '||': 'or' }
const NEGATIONS = new Set(['not', '!'])

type Lookup = (name: string) => number
/** Null for unknown. */
type Condition = (lookup: Lookup) => boolean | null
type Part = { is: 'number'; value: (lookup: Lookup) => number } | { is: 'condition'; value: Condition }

/** Throws `InputError` naming `constraint` and what in it was not understood. `parameters` are the names there are. */
export function parseConstraint(text: string, parameters: readonly string[]): Constraint {
  if (text.length > MAX_CHARS) throw refuse(`it has ${text.length} characters; at most ${MAX_CHARS} are read`)
  const tree = bindNegations(parse(text), 0)
  let names = new Set<string>()
  const known = [...parameters, ...STATISTICS]

  function compile(node: jsep.Expression, depth: number): Part {
    if (depth > MAX_DEPTH) throw refuse(`it is nested more than ${MAX_DEPTH} deep`)
    const inner = (child: unknown) => compile(child as jsep.Expression, depth + 1)
    switch (node.type) {
      case 'Literal':
        return compileLiteral(node as jsep.Literal)
      case 'Identifier': {
        const { name } = node as jsep.Identifier
        if (!known.includes(name))
          throw refuse(`${quote(name)} is no parameter and no statistic; ${suggestName(name, known)}`)
        names.add(name)
        return { is: 'number', value: (lookup) => lookup(name) }
      }
      case 'UnaryExpression': {
        const { operator, argument } = node as jsep.UnaryExpression
        if (NEGATIONS.has(operator)) {
          const condition = asCondition(inner(argument), operator)
          return { is: 'condition', value: (lookup) => negate(condition(lookup)) }
        }
        if (operator !== '-' && operator !== '+') throw refuse(`${quote(operator)} is not understood`)
        const number = asNumber(inner(argument), operator)
        const sign = operator === '-' ? -1 : 1
        return { is: 'number', value: (lookup) => sign * number(lookup) }
      }
      case 'BinaryExpression': {
        const { operator, left, right } = node as jsep.BinaryExpression
        return combine(operator, inner(left), inner(right))
      }
      default:
        throw refuse(DESCRIBED[node.type] ?? 'it holds something that is not understood')
    }
  }

  function describe(node: jsep.Expression, depth: number): ConstraintPart {
    names = new Set()
    const condition = asCondition(compile(node, depth), 'the whole')
    const own = [...names]
    const isOfParameters = own.every((name) => parameters.includes(name))
    return { names: own, isOfParameters, holds: (lookup) => condition(lookup) === true }
  }

  const whole = describe(tree, 0)
  return { ...whole, parts: splitConditions(tree).map((node) => describe(node, 0)) }
}

/** What stands between the outermost `and`s. The whole was compiled before: it is not too deep. */
function splitConditions(node: jsep.Expression): jsep.Expression[] {
  if (node.type !== 'BinaryExpression') return [node]
  const { operator, left, right } = node as jsep.BinaryExpression
  const isAnd = Object.hasOwn(LOGIC, operator) && LOGIC[operator] === 'and'
  return isAnd ? [...splitConditions(left), ...splitConditions(right)] : [node]
}

/** What people try, and why it is refused. */
const DESCRIBED: Readonly<Record<string, string>> = {
  CallExpression: 'functions cannot be called in it',
  MemberExpression: 'a dot or a bracket after a name is not understood',
  ArrayExpression: 'lists are not understood',
  ConditionalExpression: 'a choice by ? and : is not understood',
  ThisExpression: '"this" is no parameter and no statistic',
  Compound: 'between two conditions it needs "and" or "or"',
}

function parse(text: string): jsep.Expression {
  let tree: jsep.Expression
  try {
    tree = jsep(text)
  } catch (error) {
    const { index } = error as { index?: number }
    const where = index === undefined ? '' : ` near ${quote(text.slice(Math.max(0, index - 8), index + 8))}`
    throw refuse(`it cannot be read${where} (${messageOf(error)})`)
  }
  if (tree.type === 'Compound' && (tree as jsep.Compound).body.length === 0) throw refuse('it is empty')
  return tree
}

/** To the parser `not fast < slow` is `(not fast) < slow`; a person means `not (fast < slow)`. */
function bindNegations(node: jsep.Expression, depth: number): jsep.Expression {
  if (node.type !== 'BinaryExpression' || depth > MAX_DEPTH) return node
  const { operator, left: rawLeft, right } = node as jsep.BinaryExpression
  const left = bindNegations(rawLeft, depth + 1)
  if (Object.hasOwn(LOGIC, operator))
    return { ...node, left, right: bindNegations(right, depth + 1) } as jsep.Expression
  if (left.type !== 'UnaryExpression' || !NEGATIONS.has((left as jsep.UnaryExpression).operator))
    return { ...node, left } as jsep.Expression
  const inner = { ...node, left: (left as jsep.UnaryExpression).argument } as jsep.Expression
  return { ...left, argument: inner } as jsep.Expression
}

function compileLiteral({ value, raw }: jsep.Literal): Part {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw refuse(`${quote(raw)} is no number, parameter or statistic`)
  return { is: 'number', value: () => value }
}

function combine(operator: string, left: Part, right: Part): Part {
  const logic = Object.hasOwn(LOGIC, operator) ? LOGIC[operator] : undefined
  if (logic) {
    const [a, b] = [asCondition(left, operator), asCondition(right, operator)]
    const join = logic === 'and' ? (x: boolean, y: boolean) => x && y : (x: boolean, y: boolean) => x || y
    return { is: 'condition', value: (lookup) => joinKnown(a(lookup), b(lookup), join) }
  }
  const [a, b] = [asNumber(left, operator), asNumber(right, operator)]
  if (Object.hasOwn(COMPARE, operator)) {
    const compare = COMPARE[operator]!
    return { is: 'condition', value: (lookup) => joinKnown(known(a(lookup)), known(b(lookup)), compare) }
  }
  if (!Object.hasOwn(CALCULATE, operator)) throw refuse(`${quote(operator)} is not understood`)
  const calculate = CALCULATE[operator]!
  return { is: 'number', value: (lookup) => calculate(a(lookup), b(lookup)) }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Both sides are asked for: what is unknown on either makes the whole so. */
function joinKnown<T>(a: T | null, b: T | null, join: (a: T, b: T) => boolean): boolean | null {
  return a === null || b === null ? null : join(a, b)
}

function negate(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

function asCondition(part: Part, place: string): Condition {
  if (part.is === 'condition') return part.value
  const what = place === 'the whole' ? 'it is a number' : `${quote(place)} joins conditions, and has a number`
  throw refuse(`${what}; compare it, as in trades >= 10`)
}

function asNumber(part: Part, operator: string): (lookup: Lookup) => number {
  if (part.is === 'number') return part.value
  throw refuse(
    `${quote(operator)} is for numbers, and has a condition beside it; join comparisons with "and", as in 5 < fast and fast < slow`,
  )
}

function refuse(reason: string): InputError {
  return new InputError('constraint', `constraint: ${reason}`)
}
