/**
 * `npm run fuzz`: the properties of each package (test/fuzz), which `npm test` runs for 2,000 cases each, for 100,000. HOLDFAST_FUZZ_RUNS
 * sets another number; arguments name files or packages as vitest takes them.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const ensure = new URL('ensure.mjs', import.meta.url)
if (existsSync(ensure)) await (await import(ensure.href)).ensureBuilt()

const runs = process.env.HOLDFAST_FUZZ_RUNS ?? '100000'
const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
const report = join(folder, 'report')

const filters = process.argv.length > 2 ? process.argv.slice(2) : ['test/fuzz']
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', ...filters], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HOLDFAST_FUZZ_RUNS: runs, HOLDFAST_FUZZ_REPORT: report },
})
const status = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))

const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : []
const properties = lines.map((line) => JSON.parse(line))
for (const { name, cases, accepted } of properties) {
  console.log(`${String(cases).padStart(9)} cases, ${String(accepted).padStart(9)} accepted  ${name}`)
}
const total = properties.reduce((sum, { cases }) => sum + cases, 0)
console.log(
  `${properties.length} properties held over ${total} cases${status === 0 ? '' : '; others failed, see above'}`,
)
rmSync(folder, { recursive: true })
process.exitCode = status
