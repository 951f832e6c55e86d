// Why: one command says whether the house is in order: types, lint, format, floors, then every test.
// Closes with `N passed, N failed, N skipped`. HOLDFAST_REQUIRE names suites that may not be skipped, e.g. "PostgreSQL,Redis".
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bin, ensureBuilt, ensurePages, root, run } from './ensure.mjs'

ensureBuilt()
console.log('holdfast: checking floors, lint and format …')
run(process.execPath, ['tools/check-floors.mjs'])
run(process.execPath, [bin('oxlint'), '--type-aware', '--deny-warnings'])
run(process.execPath, [bin('@biomejs/biome'), 'format', '.'])
if (process.argv.includes('--only-checks')) process.exit(0)

ensurePages('bank/app', 'bank/console')
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'))
const report = path.join(folder, 'report.json')
const filters = process.argv.slice(2)
const { status } = spawnSync(
  process.execPath,
  [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
  { cwd: root, stdio: 'inherit' },
)
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
  readFileSync(report, 'utf8'),
)
rmSync(folder, { recursive: true })

const skipped = testResults.flatMap(({ assertionResults }) =>
  assertionResults
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => test.fullName),
)
for (const name of skipped) console.log(`skipped: ${name}`)
const required = (process.env.HOLDFAST_REQUIRE ?? '').split(',').filter(Boolean)
const missing = required.filter((suite) => skipped.some((name) => name.includes(suite)))
for (const suite of missing) console.error(`The ${suite} suites were skipped, and here they are required.`)

console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`)
process.exitCode = status === 0 && missing.length === 0 ? 0 : 1
