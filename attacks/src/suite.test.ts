import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { loadAttacks } from './catalogue.ts'
import { naiveAttacks } from './naive.ts'

const run = fileURLToPath(new URL('../dist/run.js', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'holdfast-suite-'))
afterAll(() => rmSync(home, { recursive: true }))

type Outcomes = Array<{ outcome: string }>
type Report = { attacks: Outcomes; weakened: Outcomes; naive: Outcomes }

describe('npm run attack', () => {
  it('repels every attack, and proves every one of them live', { timeout: 600_000 }, async () => {
    const file = join(home, 'report.json')
    const { status, stdout, stderr } = spawnSync(process.execPath, [run, '--json', file], {
      encoding: 'utf8',
    })
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' })
    const { attacks, weakened, naive } = JSON.parse(readFileSync(file, 'utf8')) as Report
    const left = stdout.match(/^not run: /gm)?.length ?? 0
    const count = (await loadAttacks()).length - left
    expect(attacks.map(({ outcome }) => outcome)).toEqual(Array.from({ length: count }, () => 'repelled'))
    expect(weakened.map(({ outcome }) => outcome)).toEqual(Array.from({ length: count }, () => 'succeeded'))
    expect(naive.map(({ outcome }) => outcome)).toEqual(naiveAttacks.map(() => 'succeeded'))
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      `${count} attacks, ${count} repelled, ${count} proven live`,
    )
  })

  it('fails when there is nothing to attack', () => {
    expect(spawnSync(process.execPath, [run, '--only', 'nothing']).status).toBe(1)
  })
})
