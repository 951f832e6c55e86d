/** Held payments: those that wait, the oldest first, since its customer has waited longest; and what became of others. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Hold } from '../api/shapes.ts'
import { useOpened, useShortcuts } from '../keys/shortcuts.ts'
import { Chip } from '../parts/chip.tsx'
import { Empty, Loading } from '../parts/empty.tsx'
import { ago, money } from '../parts/format.ts'
import { Seats } from '../parts/seats.tsx'
import { useNow } from '../state/now.ts'
import { go, hrefTo, useRoute } from '../state/route.ts'
import { useDesk, useLive } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { HoldDetail } from './hold.tsx'
import { reasonWords } from './reasons.ts'

const states = ['held', 'released', 'refused', 'spent', 'expired'] as const
type State = (typeof states)[number]

/** Those that wait come by themselves; others are asked for once. Null until they are there. */
function useHolds(state: State): { readonly holds: readonly Hold[] | null; readonly problem: string | null } {
  const { ask } = useDesk()
  const { problem, run } = useTask()
  const live = useLive().holds
  const [asked, setAsked] = useState<{ readonly state: State; readonly holds: readonly Hold[] } | null>(null)
  useEffect(() => {
    if (state === 'held') return
    void run(async () => {
      const { holds } = await ask<{ holds: readonly Hold[] }>('GET', `/holds?state=${state}`)
      setAsked({ state, holds })
    })
  }, [ask, run, state])
  if (state === 'held') return { holds: live, problem: null }
  return { holds: asked?.state === state ? asked.holds : null, problem }
}

/** The list as it is in the address; what waits is not said. */
const paramsOf = (state: State): Record<string, string> => (state === 'held' ? {} : { state })

/** The first thing the customer was shown that is no sum: to whom, as a rule. */
function firstTold({ lines, amount }: Hold): string {
  const line = lines.find(({ value }) => amount === null || !value.startsWith(amount.currency))
  return line === undefined ? '' : `${line.label} ${line.value}`
}

type RowProps = {
  readonly hold: Hold
  readonly href: string
  readonly chosen: boolean
  readonly now: number
}

function HoldRow({ hold, href, chosen, now }: RowProps): ReactNode {
  return (
    <li>
      <a className="row hold-row" data-row={hold.id} href={href} aria-current={chosen ? 'true' : undefined}>
        <span className="hold-title">{hold.title}</span>
        <span className="hold-amount">{hold.amount === null ? '' : money(hold.amount)}</span>
        <span className="hold-told">
          <bdi>{firstTold(hold)}</bdi>
        </span>
        <span className="hold-who soft">
          {hold.user} · {ago(hold.createdAt, now)}
        </span>
        <Seats hold={hold} />
        <span className="hold-reasons">
          {hold.reasons.map((reason) => (
            <Chip key={reason} tone="warn">
              {reasonWords(reason).short}
            </Chip>
          ))}
        </span>
      </a>
    </li>
  )
}

function Choice({ state }: { state: State }): ReactNode {
  return (
    <label className="filter">
      <span className="unseen">{words.holds.state}</span>
      <select value={state} onChange={(event) => go('holds', paramsOf(event.target.value as State))}>
        {states.map((one) => (
          <option key={one} value={one}>
            {words.holds.states[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

function Nothing({ state }: { state: State }): ReactNode {
  if (state !== 'held') return <Empty title={words.holds.nothing} />
  return <Empty title={words.holds.empty} text={words.holds.emptyText} />
}

/** What stands beside the list. */
function Beside({
  id,
  hold,
  listed,
}: {
  id: string | null
  hold: Hold | undefined
  listed: number
}): ReactNode {
  if (hold !== undefined) return <HoldDetail key={hold.id} hold={hold} />
  if (id !== null) return <Empty title={words.holds.gone} />
  return listed === 0 ? null : <Empty title={words.holds.pick} />
}

export function HoldsScreen(): ReactNode {
  const { params } = useRoute()
  const state = states.find((one) => one === params.get('state')) ?? 'held'
  const id = params.get('id')
  const { holds, problem } = useHolds(state)
  const now = useNow()
  const beside = useRef<HTMLElement>(null)
  const list = paramsOf(state)
  useShortcuts({ Escape: () => id !== null && go('holds', list) })
  useOpened(holds === null ? null : id, beside)
  return (
    <div className="split" data-open={id !== null}>
      <section className="list" aria-label={words.holds.list}>
        <header className="bar">
          <h1>{words.holds.title}</h1>
          <Choice state={state} />
        </header>
        {problem !== null && <p className="problem">{problem}</p>}
        {holds === null && problem === null && <Loading />}
        {holds?.length === 0 && <Nothing state={state} />}
        <ul className="rows">
          {(holds ?? []).map((hold) => (
            <HoldRow
              key={hold.id}
              hold={hold}
              href={hrefTo('holds', { ...list, id: hold.id })}
              chosen={hold.id === id}
              now={now}
            />
          ))}
        </ul>
      </section>
      <section className="beside" ref={beside} tabIndex={-1} aria-label={words.sections.holds}>
        {id !== null && (
          <a className="back" href={hrefTo('holds', list)}>
            {words.back}
          </a>
        )}
        {holds !== null && (
          <Beside id={id} hold={holds.find((hold) => hold.id === id)} listed={holds.length} />
        )}
      </section>
    </div>
  )
}
