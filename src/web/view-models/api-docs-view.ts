/** An OpenAPI document as sections a person reads. Asks of the document no more than that it is an object. */

export interface ApiOperation {
  id: string
  method: string
  path: string
  summary: string
  description: string
  parameters: { name: string; where: string; type: string; required: boolean; about: string }[]
  body: { name: string; type: string; required: boolean; about: string }[]
  answers: { status: string; about: string }[]
}

export interface ApiSection {
  tag: string
  id: string
  operations: ApiOperation[]
}

type Dict = Record<string, unknown>

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

export function viewApiDocs(document: object): {
  title: string
  version: string
  about: string
  sections: ApiSection[]
} {
  const root = document as Dict
  const info = dict(root.info)
  const sections = new Map<string, ApiOperation[]>()
  for (const [path, item] of Object.entries(dict(root.paths))) {
    for (const method of METHODS) {
      const operation = dict(dict(item)[method])
      if (Object.keys(operation).length === 0) continue
      const tag = text(list(operation.tags)[0]) || 'Other'
      sections.set(tag, [...(sections.get(tag) ?? []), viewOperation(root, method, path, operation)])
    }
  }
  return {
    title: text(info.title),
    version: text(info.version),
    about: text(info.description),
    sections: [...sections].map(([tag, operations]) => ({ tag, id: `api-${slug(tag)}`, operations })),
  }
}

function viewOperation(root: Dict, method: string, path: string, operation: Dict): ApiOperation {
  const content = dict(dict(operation.requestBody).content)
  const schema = resolve(root, dict(content['application/json'] ?? Object.values(content)[0]).schema)
  const required = list(schema.required)
  return {
    id: `op-${method}-${slug(path)}`,
    method: method.toUpperCase(),
    path,
    summary: text(operation.summary),
    description: text(operation.description),
    parameters: list(operation.parameters).map((entry) => {
      const parameter = resolve(root, entry)
      return {
        name: text(parameter.name),
        where: text(parameter.in),
        type: typeOf(resolve(root, parameter.schema)),
        required: parameter.required === true,
        about: text(parameter.description) || text(resolve(root, parameter.schema).description),
      }
    }),
    body: Object.entries(dict(schema.properties)).map(([name, value]) => {
      const property = resolve(root, value)
      return {
        name,
        type: typeOf(property),
        required: required.includes(name),
        about: text(property.description),
      }
    }),
    answers: Object.entries(dict(operation.responses)).map(([status, answer]) => ({
      status,
      about: text(resolve(root, answer).description),
    })),
  }
}

function typeOf(schema: Dict): string {
  const choices = list(schema.enum)
  if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  const either = [...list(schema.anyOf), ...list(schema.oneOf)]
  if (either.length > 0) return [...new Set(either.map((one) => typeOf(dict(one))))].join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const name = Array.isArray(schema.type) ? schema.type.join(' or ') : text(schema.type)
  if (name === 'array') return `list of ${typeOf(dict(schema.items))}`
  return text(schema.format) ? `${name} (${text(schema.format)})` : name || 'any'
}

/** Follows a reference inside the document, once. */
function resolve(root: Dict, value: unknown): Dict {
  const schema = dict(value)
  const ref = text(schema.$ref)
  if (!ref.startsWith('#/')) return schema
  let at: unknown = root
  for (const part of ref.slice(2).split('/')) at = dict(at)[part]
  return dict(at)
}

function slug(value: string): string {
  return value
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
}

function dict(value: unknown): Dict {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Dict) : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
