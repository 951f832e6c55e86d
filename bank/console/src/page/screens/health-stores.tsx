/** Whether the gateway's stores answer it. */
import type { ReactNode } from 'react'
import type { Gateway } from '../api/shapes.ts'
import { Chip } from '../parts/chip.tsx'
import { words } from '../words.ts'

function Store({ store }: { store: Gateway['stores']['durable'] }): ReactNode {
  if (!store.answers) return <Chip tone="bad">{words.health.silent}</Chip>
  const { clockApartMs: apart } = store
  return (
    <>
      {words.health.answers(store.ms)}
      {apart !== null && <span className="soft">, {words.health.apart(apart)}</span>}
    </>
  )
}

export function storeFacts({
  durable,
  nonces,
}: Gateway['stores']): ReadonlyArray<readonly [string, ReactNode]> {
  return [
    [words.health.durable, <Store store={durable} />],
    [words.health.nonces, <Store store={nonces} />],
  ]
}
