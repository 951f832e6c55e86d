import { expect, it } from 'vitest'
import type { Deployment } from './deployment.ts'
import { checkNonce } from './freshness.ts'

const epoch = 1_790_000_000_900

function check(createdMs: number, now: number): void {
  const shortLived = { useNonce: () => ({ first: true, epoch }) }
  void checkNonce(
    { keyThumbprint: 'key', nonce: 'nonce', createdMs },
    { shortLived } as unknown as Deployment,
    now,
  )
}

it('asks for a wait after which a signature passes, though its time is in whole seconds and a second behind', () => {
  const late = expect.objectContaining({ code: 'nonce_store_restarted', retryAfter: 8 })
  expect(() => check(1_790_000_000_000, epoch)).toThrow(late)
  const afterwards = epoch + 8000
  const behind = afterwards - 999
  expect(() => check(Math.floor(behind / 1000) * 1000, afterwards)).not.toThrow()
})
