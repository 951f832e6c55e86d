/** One held payment: what the customer approved, why it waits, who has said what, and what this operator says. */
import type { ReactNode } from 'react'
import type { Decision, Hold } from '../api/shapes.ts'
import { Chip } from '../parts/chip.tsx'
import { Facts } from '../parts/facts.tsx'
import { dateTime, money, shortId, span } from '../parts/format.ts'
import { releasesOf, Seats } from '../parts/seats.tsx'
import { useNow } from '../state/now.ts'
import { hrefTo } from '../state/route.ts'
import { useDesk } from '../state/session.tsx'
import { words } from '../words.ts'
import { DecisionForm } from './decision.tsx'
import { reasonWords } from './reasons.ts'

function Lines({ hold }: { hold: Hold }): ReactNode {
  return (
    <section>
      <h3>{words.holds.shown}</h3>
      <dl className="lines">
        {hold.lines.map(({ name, label, value }, at) => (
          // A batch has the same names again and again.
          <div key={`${name}-${at}`}>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Reasons({ reasons }: { reasons: readonly string[] }): ReactNode {
  return (
    <section>
      <h3>{words.holds.why}</h3>
      <ul className="reasons">
        {reasons.map((reason) => {
          const { short, long } = reasonWords(reason)
          return (
            <li key={reason}>
              <Chip tone="warn">{short}</Chip>
              <span>{long}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Said({ said, now }: { said: Decision; now: number }): ReactNode {
  const { released, refused } = words.holds
  return (
    <li className="said">
      <span className="seat" data-taken aria-hidden="true" />
      <div>
        <p>
          <strong>{(said.decision === 'release' ? released : refused)(said.operator)}</strong>{' '}
          <span className="soft" title={dateTime(said.at)}>
            {words.ago(span(now - said.at))}
          </span>
        </p>
        <p>
          <bdi>{said.note}</bdi>
        </p>
      </div>
    </li>
  )
}

/** Who sits in the two seats, and which one is empty. */
function People({ hold, now }: { hold: Hold; now: number }): ReactNode {
  const done = releasesOf(hold)
  const missing = hold.state === 'held' ? Math.max(0, hold.needed - done) : 0
  const empty = Array.from({ length: missing }, (_, seat) => seat)
  return (
    <ol className="people">
      {hold.decisions.map((said) => (
        <Said key={said.operator} said={said} now={now} />
      ))}
      {empty.map((seat) => (
        <li key={seat} className="said soft">
          <span className="seat" data-taken={false} aria-hidden="true" />
          <p>{done + seat === 0 ? words.holds.needsYou : words.holds.needsAnother}</p>
        </li>
      ))}
    </ol>
  )
}

export function HoldDetail({ hold }: { hold: Hold }): ReactNode {
  const now = useNow()
  const { operator } = useDesk()
  const left = hold.expiresAt - now
  const hasDecided = hold.decisions.some((said) => said.operator === operator)
  const facts = [
    [words.holds.customer, <a href={hrefTo('devices', { user: hold.user })}>{hold.user}</a>],
    [words.holds.device, <code title={hold.device}>{shortId(hold.device)}</code>],
  ] as const
  return (
    <article className="hold">
      <header className="hold-head">
        <div>
          <h2>{hold.title}</h2>
          <p className="soft">
            <span title={dateTime(hold.createdAt)}>{words.holds.held(span(now - hold.createdAt))}</span>
            {' · '}
            {hold.state === 'held' ? (
              <span title={dateTime(hold.expiresAt)}>
                {left > 0 ? words.holds.left(span(left)) : words.holds.over}
              </span>
            ) : (
              words.holds.states[hold.state]
            )}
          </p>
        </div>
        {hold.amount !== null && <p className="sum">{money(hold.amount)}</p>}
      </header>
      <Facts rows={facts} />
      <div className="columns">
        <Lines hold={hold} />
        <Reasons reasons={hold.reasons} />
      </div>
      <section className="decision">
        <header>
          <h3>{words.holds.decision}</h3>
          <Seats hold={hold} />
        </header>
        <p className="soft">{words.holds.twoPeople(hold.needed)}</p>
        <People hold={hold} now={now} />
        {hold.state === 'held' && !hasDecided && <DecisionForm hold={hold} />}
        {hold.state === 'held' && hasDecided && <p className="callout">{words.holds.own}</p>}
      </section>
    </article>
  )
}
