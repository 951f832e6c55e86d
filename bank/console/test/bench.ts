/** A stage with two operators, and a console for each test, whose clock the test moves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Credentials, openConsole, type OpenConsole, openStage, type Stage } from './stage.ts'

export type Bench = {
  readonly stage: Stage
  readonly anna: Credentials
  readonly ben: Credentials
  /** A console of its own: counts and sessions begin anew. It ends with the test. */
  open(): Promise<OpenConsole & { readonly pass: (ms: number) => void }>
  close(): Promise<void>
}

export async function openBench(): Promise<Bench> {
  const page = mkdtempSync(join(tmpdir(), 'holdfast-console-'))
  writeFileSync(join(page, 'index.html'), '<!doctype html>')
  const stage = await openStage()
  const [anna, ben] = [await stage.addOperator('anna'), await stage.addOperator('ben')]
  return {
    stage,
    anna,
    ben,
    async open(): Promise<OpenConsole & { readonly pass: (ms: number) => void }> {
      let at = Date.now()
      const opened = await openConsole(stage, { page, clock: { now: () => at } })
      onTestFinished(() => opened.close())
      return { ...opened, pass: (ms) => (at += ms) }
    },
    async close(): Promise<void> {
      await stage.close()
      rmSync(page, { recursive: true })
    },
  }
}
