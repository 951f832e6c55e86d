/** Runs attacks: against the product they must be repelled, against their weakened copies they must succeed. */
import type { Attack, Outcome, Setting } from './attack.ts'
import { startTarget } from './own-target.ts'
import { productDirectory } from './product.ts'
import type { Target } from './target.ts'
import { makeCopy } from './weaken.ts'

export type Result = {
  readonly attack: Attack
  readonly outcome: 'repelled' | 'succeeded' | 'error'
  /** The code of the refusal, the evidence of the success, or what went wrong. */
  readonly detail: string
}

/** Gateways at a time: each is a process that mostly waits. */
const width = 4

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

async function onOwnTarget(directory: string, setting: Setting, act: Attack['run']): Promise<Outcome> {
  const target = await startTarget(directory, setting)
  try {
    return await act(target)
  } finally {
    await target.close()
  }
}

/** Attacks that need nothing of their own, one after the other against one target. */
export async function attackTarget(
  attacks: readonly Attack[],
  target: Target,
  report: (result: Result) => void,
): Promise<void> {
  for (const attack of attacks) report(held(await settle(attack, () => attack.run(target))))
}

function attackWeakened(attack: Attack): Promise<Result> {
  const { setting = {}, run, weaken } = attack
  return settle(attack, async () => {
    const copy = makeCopy(weaken)
    try {
      return await onOwnTarget(copy.directory, setting, run)
    } finally {
      copy.remove()
    }
  })
}

/** Attacks on one setting, one after the other against one target. */
async function attackSetting(
  setting: Setting,
  attacks: readonly Attack[],
  report: (result: Result) => void,
): Promise<void> {
  let target: Target
  try {
    target = await startTarget(productDirectory(), setting)
  } catch (error) {
    for (const attack of attacks) report(await settle(attack, () => Promise.reject(error)))
    return
  }
  try {
    await attackTarget(attacks, target, report)
  } finally {
    await target.close()
  }
}

/** Settings are told apart as objects: whoever writes one down for itself has a target of its own. */
function bySetting(attacks: readonly Attack[]): Array<[Setting, Attack[]]> {
  const usual: Setting = {}
  const groups = new Map<Setting, Attack[]>()
  for (const attack of attacks) {
    const { setting = usual } = attack
    groups.set(setting, [...(groups.get(setting) ?? []), attack])
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length)
}

type Jobs = ReadonlyArray<() => Promise<void>>

async function runJobs(jobs: Jobs): Promise<void> {
  const waiting = [...jobs]
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job()
  }
  await Promise.all(Array.from({ length: width }, worker))
}

export type Report = (on: 'product' | 'weakened', result: Result) => void

/** Everything, several gateways at a time. Results come in the order in which they are known. */
export async function runSuite(attacks: readonly Attack[], report: Report): Promise<void> {
  await runJobs([
    ...bySetting(attacks).map(
      ([setting, some]) =>
        () =>
          attackSetting(setting, some, (result) => report('product', result)),
    ),
    ...attacks.map((attack) => async () => report('weakened', await attackWeakened(attack))),
  ])
}
