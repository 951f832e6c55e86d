/** Names and values in two aligned columns. */
import { Fragment, type ReactNode } from 'react'

export function Facts({
  rows,
}: {
  rows: ReadonlyArray<readonly [name: string, value: ReactNode]>
}): ReactNode {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
