/** Documents of all nodes, in a store whose writer may hold none of our keys (docs/protocol.md 2). */
import { HoldfastError } from '@holdfast/core'
import type { Deployment } from './deployment.ts'

export type StoredDocument = {
  /** The row it stands in, or would. */
  readonly name: string
  /** 0 when there is none. It orders writers and proves nothing: anybody who reaches the store can raise it. */
  readonly sequence: number
  readonly value: string | null
}

/** No writer of ours comes near: one a microsecond for a century is less. */
const spent = 2 ** 52
const generations = 16

/**
 * The document of this name. A row whose sequence was raised to where hardly a number follows could never be replaced, so it is
 * passed over for one whose name nobody without our keys can guess. Rejects with `store_unavailable` when all of those are spent.
 */
export async function findDocument(
  { store, keys }: Pick<Deployment, 'store' | 'keys'>,
  name: string,
): Promise<StoredDocument> {
  for (let generation = 0; generation < generations; generation++) {
    const row = generation === 0 ? name : keys.digest('document', `${name}:${generation}`)
    const { sequence, value } = (await store.getDocument(row)) ?? { sequence: 0, value: null }
    if (sequence < spent) return { name: row, sequence: Math.max(0, sequence), value }
  }
  throw new HoldfastError('store_unavailable')
}
