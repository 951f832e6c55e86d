/** The keys of the service: what each is for, where it is, and since when. */
import type { ReactNode } from 'react'
import type { Gateway, GatewayKey } from '../api/shapes.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { dateTime, shortId, span } from '../parts/format.ts'
import { useNow } from '../state/now.ts'
import { words } from '../words.ts'

const tones: Readonly<Record<GatewayKey['state'], Tone>> = {
  current: 'good',
  next: 'plain',
  previous: 'plain',
  gone: 'plain',
}

function age({ fromMs, untilMs, state }: GatewayKey, now: number): string {
  const { byPeople, firstStart, from, notYet, since, until } = words.health
  if (untilMs !== null) return until(dateTime(untilMs))
  if (fromMs === null) return state === 'current' ? byPeople : notYet
  if (fromMs > now) return from(dateTime(fromMs))
  return fromMs === 0 ? firstStart : since(span(now - fromMs))
}

function Row({ given, now }: { given: GatewayKey; now: number }): ReactNode {
  const { use, state, place, kid } = given
  return (
    <tr data-faded={state === 'gone'}>
      <th scope="row">{use}</th>
      <td>
        <Chip tone={tones[state]}>{state}</Chip>
      </td>
      <td>{words.health.places[place]}</td>
      <td>{age(given, now)}</td>
      <td>{kid === null ? words.none : <code title={kid}>{shortId(kid)}</code>}</td>
    </tr>
  )
}

export function Keys({ gateway: { keys, sealing } }: { gateway: Gateway }): ReactNode {
  const now = useNow(10_000)
  const { use, state, where, age: since, id } = words.health.keyColumns
  return (
    <table className="figures keys">
      <thead>
        <tr>
          <th scope="col">{use}</th>
          <th scope="col">{state}</th>
          <th scope="col">{where}</th>
          <th scope="col">{since}</th>
          <th scope="col">{id}</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((each) => (
          <Row key={`${each.use} ${each.state} ${each.kid ?? each.fromMs}`} given={each} now={now} />
        ))}
        {sealing && (
          <tr>
            <th scope="row">sealing</th>
            <td>
              <Chip tone="good">current</Chip>
            </td>
            <td>{words.health.places.memory}</td>
            <td>{words.health.sealing}</td>
            <td>{words.none}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
