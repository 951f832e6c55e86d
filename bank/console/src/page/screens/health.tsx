/** How the gateway is: whether it is ready, what it carries, what it refuses, and how old its keys are. */
import type { ReactNode } from 'react'
import type { HealthSample } from '../../server/watch.ts'
import { Chip } from '../parts/chip.tsx'
import { Loading } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { growthOf, ratesOf, refusalsOf, slowestOf } from '../state/rates.ts'
import { useLive } from '../state/session.tsx'
import { words } from '../words.ts'
import { Keys } from './health-keys.tsx'
import { storeFacts } from './health-stores.tsx'

const tones = { ready: 'good', not_ready: 'bad', unreachable: 'bad' } as const
const rateForm = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 })
const wholeForm = new Intl.NumberFormat('en-GB')

function Tile({
  name,
  value,
  unit,
  line,
}: {
  name: string
  value: string
  unit?: string
  line?: readonly number[]
}): ReactNode {
  return (
    <div className="tile">
      <h3>{name}</h3>
      <p className="figure">
        {value} {unit !== undefined && <span className="soft">{unit}</span>}
      </p>
      {line !== undefined && <Sparkline values={line} label={name} />}
    </div>
  )
}

function duration(seconds: number | null | undefined): string {
  if (seconds === undefined) return words.none
  if (seconds === null) return words.health.above('30 s')
  return words.health.under(seconds < 1 ? `${seconds * 1000} ms` : `${seconds} s`)
}

function bytes(count: number): string {
  return count < 1024 * 1024 ? `${Math.ceil(count / 1024)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`
}

function Traffic({ samples }: { samples: readonly HealthSample[] }): ReactNode {
  const metrics = samples.at(-1)?.metrics ?? null
  if (metrics === null) return <p className="soft">{words.health.unknown}</p>
  const requests = ratesOf(samples, (each) => each.requests)
  const refusals = ratesOf(samples, refusalsOf).map((rate) => rate * 60)
  const { perSecond, perMinute, sinceStart } = words.health
  return (
    <div className="tiles">
      <Tile
        name={words.health.requests}
        value={rateForm.format(requests.at(-1) ?? 0)}
        unit={perSecond}
        line={requests}
      />
      <Tile
        name={words.health.refusals}
        value={rateForm.format(refusals.at(-1) ?? 0)}
        unit={perMinute}
        line={refusals}
      />
      <Tile name={words.health.slowest} value={duration(slowestOf(samples))} />
      <Tile name={words.health.inFlight} value={wholeForm.format(metrics.inFlight)} />
      <Tile name={words.health.spooled} value={bytes(metrics.spooledBytes)} />
      <Tile name={words.health.upstream} value={wholeForm.format(metrics.upstreamErrors)} unit={sinceStart} />
      <Tile name={words.health.dropped} value={wholeForm.format(metrics.droppedLines)} unit={sinceStart} />
    </div>
  )
}

function Refusals({ samples }: { samples: readonly HealthSample[] }): ReactNode {
  const refused = samples.at(-1)?.metrics?.refused ?? {}
  const codes = Object.entries(refused).toSorted(([, one], [, other]) => other - one)
  const { code, lately, total } = words.health.codeColumns
  if (codes.length === 0) return <p className="soft">{words.health.noCodes}</p>
  return (
    <table className="figures">
      <thead>
        <tr>
          <th scope="col">{code}</th>
          <th scope="col" className="number">
            {lately}
          </th>
          <th scope="col" className="number">
            {total}
          </th>
        </tr>
      </thead>
      <tbody>
        {codes.map(([name, count]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td className="number">
              {wholeForm.format(growthOf(samples, (each) => each.refused[name] ?? 0))}
            </td>
            <td className="number">{wholeForm.format(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function HealthScreen(): ReactNode {
  const { samples, gateway } = useLive()
  const state = samples.at(-1)?.state
  if (state === undefined) return <Loading />
  const { title, states, readyText, version, unknown, traffic, codes, keys } = words.health
  return (
    // It scrolls, and has nothing in it to take the focus.
    <div className="page health" role="region" aria-label={title} tabIndex={0}>
      <header className="bar">
        <h1>{title}</h1>
        <p>
          <Chip tone={tones[state]}>{states[state]}</Chip> <span className="soft">{readyText[state]}</span>
        </p>
      </header>
      {gateway === null ? (
        <p className="soft">{unknown}</p>
      ) : (
        <Facts rows={[[version, gateway.version], ...storeFacts(gateway.stores)]} />
      )}
      <section>
        <h2>{traffic}</h2>
        <Traffic samples={samples} />
      </section>
      <section>
        <h2>{codes}</h2>
        <Refusals samples={samples} />
      </section>
      <section>
        <h2>{keys}</h2>
        {gateway === null ? <p className="soft">{unknown}</p> : <Keys gateway={gateway} />}
      </section>
    </div>
  )
}
