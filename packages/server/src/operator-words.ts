/**
 * Who makes another operator: where it takes several to release a hold (docs/protocol.md 9.5), it takes as many to make one. Else a single
 * one would make himself a second, and release with both.
 */
import { fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { findDocument } from './document.ts'

/** Somebody asked for an operator of this name. */
type Word = { readonly operator: string; readonly at: number }

/** So long a word waits for the others. */
const wordMs = 86_400_000
const rounds = 8

/** How many operators it takes; while there are fewer, all of them. */
export function neededOperators({ transfers }: Pick<Deployment, 'transfers'>): number {
  return transfers?.releases ?? 1
}

// Sealed in its place: a row somebody wrote into the store counts as nobody's word.
const contextOf = (name: string): string => `operator words ${name}`

function readWords(name: string, sealed: string | null, { keys, clock }: Deployment): Word[] {
  if (sealed === null) return []
  try {
    const words = JSON.parse(fromUtf8(keys.open(contextOf(name), sealed))) as Word[]
    return words.filter(({ at }) => clock.now() < at + wordMs)
  } catch (error) {
    if (error instanceof HoldfastError) return []
    throw error
  }
}

/** With the word of `operator`; one of a node that wrote meanwhile is not lost. Once it is enough, none of them counts again. */
async function addWord(name: string, operator: string, deployment: Deployment): Promise<boolean> {
  const { store, keys, clock } = deployment
  for (let round = 0; round < rounds; round++) {
    const known = (await store.listOperators()).map((one) => one.name)
    const { name: row, sequence, value } = await findDocument(deployment, contextOf(name))
    const others = readWords(name, value, deployment).filter(
      (word) => word.operator !== operator && known.includes(word.operator),
    )
    const words = [...others, { operator, at: clock.now() }]
    const isEnough = words.length >= Math.min(neededOperators(deployment), known.length)
    const sealed = keys.seal(contextOf(name), utf8(JSON.stringify(isEnough ? [] : words)))
    if (await store.putDocument(row, sequence + 1, sealed)) return isEnough
  }
  throw new HoldfastError('overloaded', { retryAfter: 1 })
}

/** Content when enough operators have asked for this one. Throws `operator_exists`, or `second_operator_required`: then his word is kept. */
export async function askForOperator(name: string, operator: string, deployment: Deployment): Promise<void> {
  const { store, clock } = deployment
  if (neededOperators(deployment) === 1) return
  if ((await store.findOperator(name)) !== null) throw new HoldfastError('operator_exists')
  if (await addWord(name, operator, deployment)) return
  await store.appendAudit(
    auditEntry('operator.asked_for', { at: clock.now(), actor: operator, detail: { name } }),
  )
  throw new HoldfastError('second_operator_required')
}
