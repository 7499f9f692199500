/**
 * Makes `dist/` for a package: the sources with their types stripped, for Node runs TypeScript in a checkout but not
 * under `node_modules`. Nothing is bundled; file for file, import specifiers end in `.js`, and texts that lie beside the
 * sources (the prompts) come along as they are. Views, public files and the sample market are not copied: the package has
 * them where the checkout has them.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'dist')

rmSync(out, { recursive: true, force: true })
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const file = join(entry.parentPath, entry.name)
  const copy = join(out, relative(root, file))
  mkdirSync(dirname(copy), { recursive: true })
  if (entry.name.endsWith('.md')) copyFileSync(file, copy)
  if (!entry.name.endsWith('.ts')) continue
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  writeFileSync(copy.replace(/\.ts$/, '.js'), outputText)
}
chmodSync(join(out, 'src/main.js'), 0o755)
