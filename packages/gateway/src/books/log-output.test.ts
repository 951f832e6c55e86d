import { setImmediate as nextTurn } from 'node:timers/promises'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogOutput } from './log-output.ts'

/** A pipe whose reader reads nothing until it is told to. */
function stalled(): { output: NodeJS.WriteStream; read: () => void; taken: () => number } {
  let read: () => void = () => undefined
  let taken = 0
  const pipe = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      taken += chunk.length
      read = () => {
        read = () => undefined
        done()
      }
    },
  })
  return { output: pipe as unknown as NodeJS.WriteStream, read: () => read(), taken: () => taken }
}

const megabyte = `${'x'.repeat(1_048_575)}\n`

test('a reader that stands still holds nobody up and costs a bounded memory; what it misses is counted', async () => {
  const { output } = stalled()
  const log = createLogOutput(output)
  for (let i = 0; i < 20; i++) {
    log.write(megabyte)
    await nextTurn()
  }
  expect(log.dropped()).toBe(12)
  expect(output.writableLength).toBe(8 * 1_048_576)
  expect(await log.flush(10)).toBe(false)
})

test('the lines of one turn leave together, and a flush waits for them', async () => {
  const { output, read, taken } = stalled()
  const log = createLogOutput(output)
  log.write('one\n')
  log.write('two\n')
  const flushed = log.flush(10_000)
  expect(taken()).toBe(8)
  read()
  await nextTurn()
  read()
  expect(await flushed).toBe(true)
  expect(log.dropped()).toBe(0)
})

test('a reader that left is no failure', async () => {
  const { output } = stalled()
  const log = createLogOutput(output)
  output.destroy(new Error('EPIPE'))
  await nextTurn()
  log.write('one\n')
  expect(await log.flush(10)).toBe(true)
  expect(log.dropped()).toBe(1)
})
