/** The passcode never reaches the service: not its wire, not its stores, not its memory (docs/protocol.md 11). */
import { readFile } from 'node:fs/promises'
import { open as openFile } from 'node:fs/promises'
import { utf8 } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type House,
  newPhone,
  open,
  type Phone,
  prove,
  register,
  type Registered,
  tryOnce,
  unlock,
} from '../test/passcode.ts'
import {
  type ChildNode,
  type Grounds,
  openGrounds,
  postgresReachable,
  startNode,
} from '../test/passcode-node.ts'

const reachable = await postgresReachable()
const canary = 'canary-4711-passcode'

/** In the spellings a program would have it in. */
function spellingsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64url')
      .slice(shift === 0 ? 0 : 4, -4),
  )
  return [
    bytes,
    Buffer.from(text, 'utf16le'),
    ...[bytes.toString('hex'), ...base64].map((one) => Buffer.from(one)),
  ]
}
const holds = (place: Buffer, text: string): boolean =>
  spellingsOf(text).some((spelling) => place.includes(spelling))

/** Everything writable a process has in memory (proc(5)), one region after the other. */
async function* memoryOf({ pid }: ChildNode): AsyncGenerator<Buffer> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  const memory = await openFile(`/proc/${pid}/mem`)
  try {
    for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
      // What was reserved and never touched cannot be read in one piece.
      const region = Buffer.alloc(Math.min(end - start, 2 ** 28))
      const read = await memory.read(region, 0, region.length, start).catch(() => null)
      if (read !== null) yield region.subarray(0, read.bytesRead)
    }
  } finally {
    await memory.close()
  }
}

async function memoryHolds(child: ChildNode, texts: readonly string[]): Promise<boolean[]> {
  const found = texts.map(() => false)
  for await (const region of memoryOf(child))
    for (const [index, text] of texts.entries()) found[index] ||= holds(region, text)
  return found
}

describe.skipIf(!reachable)('a canary (skipped when HOLDFAST_TEST_POSTGRES is unreachable)', () => {
  let grounds: Grounds
  let child: ChildNode
  let phone: Phone
  let registered: Registered
  /** Every request and answer, as it went by. */
  const wire: string[] = []

  beforeAll(async () => {
    grounds = await openGrounds()
    phone = await newPhone(grounds.house)
    child = await startNode(grounds)
    const server: House['server'] = {
      async answer(head, body) {
        const answer = await child.answer(head, body)
        wire.push(
          [...head.fields].join('\n'),
          Buffer.from(body).toString(),
          Buffer.from(answer.body).toString(),
        )
        return answer
      },
    }
    const node: House = { ...grounds.house, server }
    const { access_token: authorization } = await unlock(node, phone)
    registered = await register(node, phone, canary, { authorization })
    const { record } = registered
    await open(node, phone, await prove(node, phone, { record, passcode: canary }))
    await open(node, phone, await prove(node, phone, { record, passcode: canary }, 1))
    await tryOnce(node, phone, record)
  })
  afterAll(async () => {
    child.kill()
    await grounds.close()
  })

  test('is not on the wire, and neither is the export key that opens the vault', () => {
    const all = Buffer.from(wire.join('\n'))
    expect(all.includes(registered.record)).toBe(true)
    expect([canary, registered.exportKey].map((text) => holds(all, text))).toEqual([false, false])
  })

  test('is in no table, the audit included', async () => {
    const tables = Buffer.from(await grounds.dump())
    expect(tables.includes(registered.record)).toBe(true)
    expect(tables.includes('passcode.proved')).toBe(true)
    expect([canary, registered.exportKey].map((text) => holds(tables, text))).toEqual([false, false])
  })

  test.skipIf(process.platform !== 'linux')('is not in the memory of the process', async () => {
    const found = await memoryHolds(child, [registered.record, canary, registered.exportKey])
    expect(found).toEqual([true, false, false])
  })
})

test('the search finds what is there, in each spelling', () => {
  for (const spelling of spellingsOf(canary)) {
    const place = Buffer.concat([utf8('before '), spelling, utf8(' after')])
    expect(holds(place, canary)).toBe(true)
  }
  expect(holds(Buffer.from(Buffer.from(`x${canary}`).toString('base64url')), canary)).toBe(true)
  expect(holds(Buffer.from('nothing'), canary)).toBe(false)
})
