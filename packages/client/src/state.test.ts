import { describe, expect, it } from 'vitest'
import { codeOf, origin } from '../test/rig.ts'
import { virtualStorage } from './platforms/testing/storage.ts'
import { createState, fromStoredRequest, toStoredRequest } from './state.ts'

describe('the state', () => {
  it('never lowers the floor of statements', async () => {
    const storage = virtualStorage()
    const state = createState(storage, origin)
    expect(await state.floor()).toBe(0)
    await state.raiseFloor(10)
    await state.raiseFloor(5)
    expect(await createState(storage, origin).floor()).toBe(10)
  })

  it('keeps services apart', async () => {
    const storage = virtualStorage()
    await createState(storage, origin).raiseFloor(10)
    expect(await createState(storage, 'https://other.example').floor()).toBe(0)
  })

  it('gives a stored request back byte for byte', () => {
    const request = {
      method: 'POST',
      url: `${origin}/holdfast/token`,
      fields: [['signature', 'hf=:AA==:']] as const,
      body: Uint8Array.of(0, 255, 128),
    }
    expect(fromStoredRequest(JSON.parse(JSON.stringify(toStoredRequest(request))))).toEqual(request)
  })

  it('says that it could not write', async () => {
    const storage = virtualStorage()
    storage.failWrites(1)
    expect(await codeOf(createState(storage, origin).raiseFloor(1))).toBe('state_unavailable')
  })
})
