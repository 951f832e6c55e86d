/** Runs attacks: against the product they must be repelled, against their weakened copies they must succeed. */
import type { Attack, Outcome } from './attack.ts'
import { startTarget } from './own-target.ts'
import type { Target } from './target.ts'
import { makeCopy, productDirectory } from './weaken.ts'

export type Result = {
  readonly attack: Attack
  readonly outcome: 'repelled' | 'succeeded' | 'error'
  /** The code of the refusal, the evidence of the success, or what went wrong. */
  readonly detail: string
}

async function settle(attack: Attack, act: () => Promise<Outcome>): Promise<Result> {
  try {
    const outcome = await act()
    const detail = outcome.kind === 'repelled' ? outcome.code : outcome.evidence
    return { attack, outcome: outcome.kind, detail }
  } catch (error) {
    return { attack, outcome: 'error', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** Repelled with another code than the attack expects is no success of ours: somebody else stopped it. */
function held({ attack, outcome, detail }: Result): Result {
  if (outcome !== 'repelled' || detail === attack.expect) return { attack, outcome, detail }
  return { attack, outcome: 'error', detail: `refused with ${detail}, expected ${attack.expect}` }
}

async function onOwnTarget(attack: Attack, directory: string): Promise<Outcome> {
  const target = await startTarget(directory, attack.setting ?? {})
  try {
    return await attack.run(target)
  } finally {
    await target.close()
  }
}

/** Against the product. Attacks that need no target of their own share `target`. */
export async function runAttack(attack: Attack, target: Target): Promise<Result> {
  const act = (): Promise<Outcome> =>
    attack.setting === undefined ? attack.run(target) : onOwnTarget(attack, productDirectory())
  return held(await settle(attack, act))
}

/** Against the copy without the defence. */
export async function runWeakened(attack: Attack): Promise<Result> {
  return settle(attack, async () => {
    const copy = await makeCopy(attack.weaken)
    try {
      return await onOwnTarget(attack, copy.directory)
    } finally {
      await copy.remove()
    }
  })
}

/** All of them, `width` at a time, in order of completion. */
export async function eachOf<Item>(
  items: readonly Item[],
  width: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
