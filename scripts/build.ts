/**
 * Makes `dist/` for a package: the sources with their types stripped, for Node runs TypeScript in a checkout but not
 * under `node_modules`. Nothing is bundled; file for file, import specifiers end in `.js`.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'dist')

rmSync(out, { recursive: true, force: true })
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue
  const file = join(entry.parentPath, entry.name)
  const target = join(out, relative(root, file)).replace(/\.ts$/, '.js')
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, outputText)
}
for (const folder of ['views', 'public', 'data/sample']) {
  cpSync(join(root, folder), join(out, folder), { recursive: true })
}
