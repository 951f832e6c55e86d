/** Each key is rotated while phones call without a pause: nobody notices, on keys in a file and on keys in an HSM. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { decodeJws } from '@holdfast/core'
import type { KeyFile } from '@holdfast/server'
import { createSoftToken, softhsmNeeded, softhsmReachable, type SoftToken } from '../softhsm.ts'
import type { RunningGateway } from '../../src/compose.ts'
import { postgresReachable } from '../faults/servers.ts'
import { type Fleet, more, startFleet, wait } from './fleet.ts'

import { get, openStage, type Stage } from './stage.ts'

const reachable = await postgresReachable()
const phones = 4

/** Rotates, waits until both gateways work with the new key, and then goes on for a while. */
async function rotate(
  { stage, fleet }: { readonly stage: Stage; readonly fleet: Fleet },
  key: string,
  inUse: (gateway: RunningGateway) => unknown,
): Promise<void> {
  const before = await inUse(stage.gateways[0] as RunningGateway)
  await stage.admin('/admin/keys/rotate', { key })
  await vi.waitFor(async () => {
    const after = await Promise.all(stage.gateways.map(inUse))
    expect(after[0]).not.toEqual(before)
    for (const other of after) expect(other).toEqual(after[0])
  }, wait)
  await more(fleet)
}

/** What a gateway answers when it is asked for the signed time. */
async function timeOf(gateway: RunningGateway): Promise<{ status: number | undefined; code: unknown }> {
  const { answer } = await get(gateway, `/holdfast/time?nonce=${'A'.repeat(22)}`)
  return { status: answer.statusCode, code: answer.headers['holdfast-error'] }
}

async function sealingOf(gateway: RunningGateway): Promise<unknown> {
  const { text } = await get(gateway, '/.well-known/holdfast')
  return decodeJws('hf-statement+jwt', text)?.payload['sealing']
}

const inRing =
  (pick: (keys: KeyFile) => unknown) =>
  ({ service }: RunningGateway): unknown =>
    pick(service.keys)
const wrappingInUse = (keys: KeyFile): unknown =>
  keys.describe().find(({ use, state }) => use === 'wrapping' && state === 'current')?.fromMs

async function drill(name: string, keysOfConfig: object): Promise<void> {
  const stage = await openStage({ keys: keysOfConfig }, { speed: 20, nodes: 2 })
  try {
    const { keys } = stage.gateways[0]?.service ?? expect.unreachable()
    const pins = keys.servicePins()
    const forwards = keys.describe().filter(({ use }) => use === 'forward')
    await stage.admin('/admin/keys/rotate', { key: 'ca' })
    const fleet = await startFleet(stage, pins, { size: phones })
    try {
      await more(fleet)
      await rotate(
        { stage, fleet },
        'service',
        inRing((ring) => ring.service().kid),
      )
      expect(keys.service().kid).toBe(pins[1])
      await rotate(
        { stage, fleet },
        'token',
        inRing((ring) => ring.token().kid),
      )
      await rotate(
        { stage, fleet },
        'forward',
        inRing((ring) => ring.forward().kid),
      )
      await rotate({ stage, fleet }, 'wrapping', inRing(wrappingInUse))
      await rotate(
        { stage, fleet },
        'ca',
        inRing((ring) => ring.caCertificates().length),
      )
    } finally {
      await fleet.stop()
    }
    const total = Object.values(fleet.done).reduce((sum, count) => sum + count, 0)
    console.log(
      `${name}: ${total} acts of ${phones} phones and ${fleet.done['enrolled']} enrolments through five rotations, ${fleet.failed.length} failed (${JSON.stringify(fleet.done)})`,
    )
    expect(fleet.failed).toEqual([])
    // Backends were handed both keys before; each was used, and no other.
    expect(new Set(stage.keyIds.keys())).toEqual(new Set(forwards.map(({ kid }) => kid)))
  } finally {
    await stage.close()
  }
}

describe.skipIf(!reachable)(
  'rotation under load on PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  () => {
    let folder: string
    const secretFile = (name: string, text: string): string => {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    }
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-secrets-'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    it.concurrent('keys in a file under a passphrase', { timeout: 180_000 }, async () => {
      const passphrase = secretFile('passphrase', 'the passphrase of a drill')
      await drill('file', { kind: 'file', secretFile: passphrase })
    })

    it.concurrent('sealing keys', { timeout: 180_000 }, async () => {
      const stage = await openStage({ sealing: { suites: ['x25519'] } }, { speed: 1, nodes: 1 })
      try {
        const fleet = await startFleet(stage, stage.gateways[0]?.pins ?? [], { size: phones, sealed: true })
        try {
          await more(fleet)
          for (let i = 0; i < 3; i++) await rotate({ stage, fleet }, 'sealing', sealingOf)
        } finally {
          await fleet.stop()
        }
        console.log(
          `sealing: ${JSON.stringify(fleet.done)} through three rotations, ${fleet.failed.length} failed`,
        )
        expect(fleet.failed).toEqual([])
      } finally {
        await stage.close()
      }
    })

    describe.skipIf(!softhsmReachable)(softhsmNeeded, () => {
      let token: SoftToken
      beforeAll(() => {
        token = createSoftToken('holdfast drill')
      })
      afterAll(() => token.remove())

      it('keys in a token', { timeout: 180_000 }, async () => {
        const pin = secretFile('pin', token.pin)
        await drill('SoftHSM', { kind: 'pkcs11', module: token.module, token: token.label, secretFile: pin })
      })

      it('a token that is pulled out: nothing is answered for it, and all goes on when it is back', {
        timeout: 180_000,
      }, async () => {
        const pin = secretFile('pin', token.pin)
        const stage = await openStage(
          {
            keys: { kind: 'pkcs11', module: token.module, token: token.label, secretFile: pin },
          },
          { speed: 1, nodes: 2 },
        )
        try {
          const [first = expect.unreachable()] = stage.gateways
          const { pins } = first
          const fleet = await startFleet(stage, pins, { size: 1 })
          await more(fleet)
          await fleet.stop()
          token.unplug()
          const refused = await timeOf(first)
          const late = await startFleet(stage, pins, { size: 1 })
          await vi.waitFor(() => expect(late.failed.length).toBeGreaterThan(0), wait)
          await late.stop()
          token.plug()
          expect(refused).toEqual({ status: 503, code: 'store_unavailable' })
          expect(late.done).toMatchObject({ read: 0, written: 0, unlocked: 0, enrolled: 0 })
          await vi.waitFor(
            async () => expect(await timeOf(first)).toEqual({ status: 200, code: undefined }),
            wait,
          )
          const again = await startFleet(stage, pins, { size: 1 })
          await more(again)
          await again.stop()
          expect(again.failed).toEqual([])
        } finally {
          await stage.close()
        }
      })
    })
  },
)
