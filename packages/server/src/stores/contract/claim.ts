import type { ClaimInput, ClaimOutcome, DurableStore } from '../../store.ts'
import { minute, name, second, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

function claimInput(): ClaimInput {
  return {
    deviceId: name('device'),
    idempotencyKey: name('key'),
    fingerprint: name('fingerprint'),
    now: t0,
    expiresAt: t0 + 60 * minute,
  }
}

export function claimContract(nodes: Nodes, { describe, it, expect }: TestRunner): void {
  describe('claim', () => {
    it('is won by one of 50 racers; the others see it running', async () => {
      const input = claimInput()
      const results = await race(await nodes(), (node, racer) => node.claim({ ...input, now: t0 + racer }))
      expect(tally(results.map(({ kind }) => kind))).toEqual({ new: 1, running: 49 })
      const since = t0 + results.findIndex(({ kind }) => kind === 'new')
      const running = results.filter(({ kind }) => kind === 'running')
      expect(running).toEqual(running.map(() => ({ kind: 'running', since })))
    })

    it('tells how it ended, and only the first settlement counts', async () => {
      const store = nodeAt(await nodes(), 0)
      const outcomes: ClaimOutcome[] = [
        { kind: 'answered', sealedAnswer: name('answer') },
        { kind: 'executed' },
        { kind: 'unknown' },
      ]
      for (const outcome of outcomes) {
        const input = claimInput()
        await store.claim(input)
        await store.settleClaim(input.deviceId, input.idempotencyKey, outcome)
        await store.settleClaim(input.deviceId, input.idempotencyKey, {
          kind: 'answered',
          sealedAnswer: 'too late',
        })
        await store.releaseClaim(input.deviceId, input.idempotencyKey)
        expect(await store.claim(input)).toEqual(outcome)
      }
    })

    it('settles once among 50 racers', async () => {
      const store = nodeAt(await nodes(), 0)
      const input = claimInput()
      await store.claim(input)
      await race(await nodes(), (node, racer) =>
        node.settleClaim(input.deviceId, input.idempotencyKey, {
          kind: 'answered',
          sealedAnswer: `answer-${racer}`,
        }),
      )
      const settled = await store.claim(input)
      expect(settled.kind).toBe('answered')
      expect(await store.claim(input)).toEqual(settled)
    })

    it('refuses the same key with another request, running or settled', async () => {
      const store = nodeAt(await nodes(), 0)
      const input = claimInput()
      await store.claim(input)
      const other = { ...input, fingerprint: name('fingerprint') }
      expect(await store.claim(other)).toEqual({ kind: 'mismatch' })
      await store.settleClaim(input.deviceId, input.idempotencyKey, { kind: 'executed' })
      expect(await store.claim(other)).toEqual({ kind: 'mismatch' })
    })

    it('belongs to one device and one key', async () => {
      const store = nodeAt(await nodes(), 0)
      const input = claimInput()
      await store.claim(input)
      expect(await store.claim({ ...input, deviceId: name('device') })).toEqual({ kind: 'new' })
      expect(await store.claim({ ...input, idempotencyKey: name('key') })).toEqual({ kind: 'new' })
      const moved = { deviceId: `${input.deviceId}k`, idempotencyKey: input.idempotencyKey.slice(1) }
      expect(await store.claim({ ...input, ...moved })).toEqual({ kind: 'new' })
    })

    it('is free again when released, for one of 50 racers', async () => {
      const store = nodeAt(await nodes(), 0)
      const input = claimInput()
      await store.claim(input)
      await store.releaseClaim(input.deviceId, input.idempotencyKey)
      const results = await race(await nodes(), (node) => node.claim(input))
      expect(tally(results.map(({ kind }) => kind))).toEqual({ new: 1, running: 49 })
    })

    it('is free again when expired, for one of 50 racers and any request', async () => {
      const store = nodeAt(await nodes(), 0)
      const input = claimInput()
      await store.claim(input)
      await store.settleClaim(input.deviceId, input.idempotencyKey, { kind: 'unknown' })
      const later = { ...input, fingerprint: name('fingerprint'), now: input.expiresAt }
      expect((await store.claim({ ...input, now: input.expiresAt - 1 })).kind).toBe('unknown')
      const results = await race(await nodes(), (node) =>
        node.claim({ ...later, expiresAt: later.now + second }),
      )
      expect(tally(results.map(({ kind }) => kind))).toEqual({ new: 1, running: 49 })
    })
  })
}
