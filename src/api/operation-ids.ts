/** Names every operation of an OpenAPI document, as programs that make clients of it ask for: `get_runs_id_events`. */

interface Document {
  paths?: Record<string, object>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']

/** Method and path say it: unique as they are, and the same in every version. */
function nameOperation(method: string, path: string): string {
  const words = path.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '')
  return [method, ...words].join('_')
}

/** The document with a name for each operation that has none. */
export function nameOperations<Given extends Document>(document: Given): Given {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const named = Object.entries(item as Record<string, object>).map(([method, operation]) => [
      method,
      METHODS.includes(method) ? { operationId: nameOperation(method, path), ...operation } : operation,
    ])
    return [path, Object.fromEntries(named)]
  })
  return { ...document, paths: Object.fromEntries(paths) as object }
}
