import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Complaint } from './config/complaint.ts'
import { openWipeFile } from './wipe-file.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-wipes-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const file = (): string => join(data, 'wipes.json')

it('remembers a number over restarts, in a private file and nothing beside it', async () => {
  const memory = await openWipeFile(data)
  expect(await memory.read()).toBeNull()
  await memory.write(0)
  expect(await memory.read()).toBe(0)
  await memory.write(41)
  expect(await (await openWipeFile(data)).read()).toBe(41)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(readdirSync(data)).toEqual(['wipes.json'])
})

it('is whole, and never lower than it was, whatever 50 writers do at once', async () => {
  const memory = await openWipeFile(data)
  await memory.write(41)
  await Promise.all(Array.from({ length: 50 }, (_, i) => memory.write(i)))
  expect(await memory.read()).toBe(49)
  await memory.write(3)
  expect(await memory.read()).toBe(49)
  expect(readdirSync(data)).toEqual(['wipes.json'])
})

it.each(['', '{"wipes":', '{"wipes":-1}\n', '{"wipes":1.5}\n', '{"wipes":"1"}\n', '12\n'])(
  'refuses to start, and to go on, when the file says %j',
  async (text) => {
    const memory = await openWipeFile(data)
    writeFileSync(file(), text)
    await expect(memory.read()).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(openWipeFile(data)).rejects.toThrow(Complaint)
  },
)

it('says so when it cannot write', async () => {
  const memory = await openWipeFile(data)
  rmSync(data, { recursive: true })
  await expect(memory.write(1)).rejects.toMatchObject({ code: 'store_unavailable' })
})
