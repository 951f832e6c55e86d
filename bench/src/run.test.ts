import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { floorName } from './row.ts'
import type { Row } from './row.ts'
import { floorOf, targets } from './targets.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a quick run measures or names every row, and each request got what it asked for', async () => {
  const report = join(folder, 'report.json')
  const script = fileURLToPath(new URL('../dist/run.js', import.meta.url))
  // Status 0: no answer was other than 2xx, and what checks something refused a request without credentials.
  await promisify(execFile)(process.execPath, [script, '--quick', '--json', report])
  const { rows, skipped } = JSON.parse(readFileSync(report, 'utf8')) as {
    rows: Row[]
    skipped: Array<{ name: string; reason: string }>
  }
  const named = [...rows, ...skipped].map(({ name }) => name)
  const sums = targets.map(floorOf).filter((parts) => parts.length > 1)
  const expected = [...targets.map(({ name }) => name), ...new Set(sums.map(floorName))]
  expect(named.toSorted()).toEqual(expected.toSorted())
  for (const row of rows) {
    const ratioToFloor = row.floor.length === 0 ? null : expect.any(Number)
    expect(row).toMatchObject({ failed: 0, perSecond: expect.any(Number), ratioToFloor })
    expect(row.perSecond).toBeGreaterThan(0)
    if (row.kind !== 'computed')
      expect(row).toMatchObject({ p50: expect.any(Number), p99: expect.any(Number) })
    if (/^Holdfast.* (?:GET|POST)/.test(row.name)) expect(row).toMatchObject({ refusesReplay: true })
  }
  expect(rows.some(({ name }) => name === 'Holdfast gateway, signed GET')).toBe(true)
}, 300_000)
