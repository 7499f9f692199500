/**
 * A value that satisfies a JSON schema, so that a scripted model can answer any role: the first of a choice, the least
 * of a range, one element where a list needs one. `fill` gives a field its own value, by its path (`levels.stop`,
 * `rationale.0.text`) or by its name wherever it stands (`report`); a function is handed the field's schema. A value
 * that is given is taken as it is, so a test can also put a wrong one in. Bounds that a wire format only lets into the
 * description ("at least 20 characters", "minimum: 0.1") are read from there.
 */
type Schema = Record<string, unknown>
type Fill = Readonly<Record<string, unknown>>

export function fillSchema(schema: Schema | null, fill: Fill = {}): Record<string, unknown> {
  if (schema === null) throw new Error('the request asks for no shape, so there is none to fill')
  return fillAt(schema, schema, fill, '') as Record<string, unknown>
}

function fillAt(given: Schema, root: Schema, fill: Fill, path: string): unknown {
  const schema = resolve(given, root)
  const name = path.slice(path.lastIndexOf('.') + 1)
  for (const key of [path, name]) {
    if (key === '' || !Object.hasOwn(fill, key)) continue
    const value = fill[key]
    return typeof value === 'function' ? (value as (schema: Schema) => unknown)(schema) : value
  }
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return (schema.enum as unknown[])[0]
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (choices) return fillAt(choices[0]!, root, fill, path)
  if (Array.isArray(schema.allOf)) {
    return fillAt(Object.assign({}, ...(schema.allOf as Schema[])) as Schema, root, fill, path)
  }
  const type = Array.isArray(schema.type) ? (schema.type as string[])[0] : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([key, property]) => [
          key,
          fillAt(property, root, fill, path === '' ? key : `${path}.${key}`),
        ]),
      )
    case 'array': {
      const count = Number(schema.minItems ?? hint(schema, 'min items: ') ?? 0)
      return Array.from({ length: count }, (_, index) =>
        fillAt((schema.items ?? {}) as Schema, root, fill, `${path}.${index}`),
      )
    }
    case 'number':
    case 'integer':
      return fillNumber(schema, type === 'integer')
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return fillText(schema, name)
  }
}

function fillNumber(schema: Schema, isWhole: boolean): number {
  const bound = (key: string, words: string) =>
    typeof schema[key] === 'number' ? schema[key] : hint(schema, words)
  const above = bound('exclusiveMinimum', 'exclusive minimum: ')
  const below = bound('exclusiveMaximum', 'exclusive maximum: ')
  const step = isWhole ? 1 : 0.01
  const least =
    bound('minimum', '(?<!exclusive )minimum: ') ?? (above === null ? Number.NEGATIVE_INFINITY : above + step)
  const most =
    bound('maximum', '(?<!exclusive )maximum: ') ?? (below === null ? Number.POSITIVE_INFINITY : below - step)
  return least <= 0 && most >= 0 ? 0 : least > 0 ? least : most
}

function fillText(schema: Schema, name: string): string {
  if (schema.format === 'date') return '2012-06-29'
  const text = name === '' || /^\d+$/.test(name) ? 'text' : `The ${name.replaceAll('_', ' ')} as scripted.`
  const least = Number(schema.minLength ?? hint(schema, 'at least ', ' characters') ?? 0)
  const most = Number(schema.maxLength ?? hint(schema, 'at most ', ' characters') ?? Number.POSITIVE_INFINITY)
  return text.padEnd(least, '.').slice(0, most)
}

/** A number that the description tells between these words. */
function hint({ description }: Schema, before: string, after = ''): number | null {
  const match = new RegExp(`${before}(-?\\d+(?:\\.\\d+)?)${after}`).exec(String(description ?? ''))
  return match ? Number(match[1]) : null
}

function resolve(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  const found = schema.$ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .reduce<unknown>((at, part) => (at as Schema)[part], root)
  return resolve({ ...(found as Schema), ...withoutRef(schema) }, root)
}

function withoutRef({ $ref: _, ...rest }: Schema): Schema {
  return rest
}
