/**
 * Reads one file of a person's own strategies: the very bytes whose hash is asked for, as TypeScript or JavaScript, with
 * nothing built. It runs what stands in the file, so it refuses to work in the main thread, where a file that loops for
 * ever would take the desk with it.
 */
import { createHash } from 'node:crypto'
import module from 'node:module'
import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { isMainThread } from 'node:worker_threads'
import { messageOf, quote } from '../../core/errors.ts'
import type { Strategy } from '../../trading/strategies/strategy.ts'
import { guardStrategy } from './guard-strategy.ts'
import { readOwnFile } from './read-own-file.ts'
import { blameFile, findLine, StrategyFault } from './strategy-fault.ts'
import { parseStrategy, ShapeError } from './strategy-shape.ts'

/** What is looked at in the folder. */
export const STRATEGY_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs']

export function hashFile(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Throws `StrategyFault` saying what is wrong and in which line, also where the file is not the one of that hash any more. */
export async function importStrategy(file: string, hash: string): Promise<Strategy> {
  if (isMainThread) throw new Error('a strategy of one’s own is loaded in a worker thread only')
  const source = await readSame(file, hash)
  refuseUnreadable(file, source)
  let exported: { default?: unknown }
  try {
    // The hash makes another address of another content: Node remembers what it has loaded by address.
    exported = (await import(`${pathToFileURL(file).href}?v=${hash}`)) as { default?: unknown }
  } catch (error) {
    throw describeImportFault(error, file, source)
  }
  // What was imported was read a second time.
  await readSame(file, hash)
  try {
    return guardStrategy(parseStrategy(exported.default), file)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw blameFile(error, file)
    throw new StrategyFault(file, findFieldLine(source, error.field), error.message)
  }
}

async function readSame(file: string, hash: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readOwnFile(file)
  } catch (error) {
    throw new StrategyFault(file, null, messageOf(error))
  }
  if (hashFile(bytes) !== hash) {
    throw new StrategyFault(
      file,
      null,
      'the file has changed since this was begun with it; start anew to use it as it is now',
    )
  }
  return bytes.toString('utf8')
}

function refuseUnreadable(file: string, source: string): void {
  if (/^\.m?ts$/.test(extname(file)) && !process.features.typescript) {
    throw new StrategyFault(
      file,
      null,
      `Node ${process.version} cannot read TypeScript; run Node 22.18 or later, or save the file as ${basename(file).replace(/ts$/, 'mjs').replace('mmjs', 'mjs')} without types`,
    )
  }
  const other = RELATIVE_IMPORT.exec(source)
  if (other) {
    throw new StrategyFault(
      file,
      lineAt(source, other.index + other[0].length),
      `it imports ${quote(other[1] ?? other[2])}: a strategy is one file, by whose content it is known; types may be imported with "import type"`,
    )
  }
}

/** Of what is left when types are taken away. */
const RELATIVE_IMPORT =
  /^[ \t]*(?:import|export)\b(?!\s+type\b)[^'"`;]*['"](\.{1,2}\/[^'"]*)['"]|\bimport\(\s*['"](\.{1,2}\/[^'"]*)['"]/m

function describeImportFault(error: unknown, file: string, source: string): StrategyFault {
  const fault = blameFile(error, file)
  if (fault.line !== null) return fault
  const missing = /'([^']+)'/.exec(fault.reason)?.[1]
  const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND' && missing !== undefined
  const line = isMissing ? findText(source, missing) : error instanceof SyntaxError ? parseLine(source) : null
  return new StrategyFault(file, line, fault.reason, { cause: error })
}

/**
 * Node does not say in which line a module of plain JavaScript cannot be parsed. What reads types reads JavaScript too,
 * and says; where there is none, the module is read as the body of a function, which differs in its imports and exports.
 */
function parseLine(source: string): number | null {
  try {
    if (module.stripTypeScriptTypes) module.stripTypeScriptTypes(source)
    else new Script(`async () => {${withoutModuleWords(source)}\n}`, { filename: '' })
    return null
  } catch (error) {
    return findLine(error, '')
  }
}

/** Line for line. Nothing of it is ever run. */
function withoutModuleWords(source: string): string {
  return source
    .replace(/^[ \t]*import\b.*$/gm, '')
    .replace(/^([ \t]*)export\s+default\b/gm, '$1void ')
    .replace(/^([ \t]*)export\b/gm, '$1')
}

/** Where a field of the strategy stands, or else where it begins. */
function findFieldLine(source: string, field: string | null): number | null {
  const start = source.search(/^\s*export\s+default\b/m)
  if (field !== null) {
    const at = source.search(new RegExp(`^[ \\t]*(?:async\\s+)?['"]?${field}['"]?\\s*[:(,]`, 'm'))
    if (at >= 0) return lineAt(source, source.indexOf(field, at))
  }
  return start < 0 ? null : lineAt(source, source.indexOf('export', start))
}

function findText(source: string, text: string): number | null {
  const at = source.indexOf(text)
  return at < 0 ? null : lineAt(source, at)
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length
}
