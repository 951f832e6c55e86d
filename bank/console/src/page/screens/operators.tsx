/** The people who may use this console. */
import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from 'react'
import { Refused } from '../api/call.ts'
import type { Credentials, Operator } from '../api/shapes.ts'
import { Chip } from '../parts/chip.tsx'
import { Copy } from '../parts/copy.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Loading } from '../parts/empty.tsx'
import { Field } from '../parts/field.tsx'
import { date } from '../parts/format.ts'
import { useDesk } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'

/** The secret of a new operator, for as long as this is on the screen. */
function Made({ made, onDone }: { made: Credentials; onDone: () => void }): ReactNode {
  const { made: title, once, secret, done, columns } = words.operators
  return (
    <article className="panel">
      <h2>{title(made.name)}</h2>
      <p className="callout">{once}</p>
      <dl className="facts">
        <dt>{columns.name}</dt>
        <dd>
          <code>{made.name}</code>
        </dd>
        <dt>{secret}</dt>
        <dd>
          <code className="secret">{made.secret}</code> <Copy text={made.secret} label={secret} />
        </dd>
      </dl>
      <div className="actions start">
        <button type="button" className="primary" onClick={onDone}>
          {done}
        </button>
      </div>
    </article>
  )
}

function Add({ onMade }: { onMade: (made: Credentials) => void }): ReactNode {
  const { ask } = useDesk()
  const [name, setName] = useState('')
  const task = useTask()
  const send = (event: FormEvent): void => {
    event.preventDefault()
    void task.run(async () => {
      onMade(await ask<Credentials>('POST', '/operators', { name: name.trim() }))
      setName('')
    })
  }
  const { add, name: label, nameHint, send: sendWord, busy } = words.operators
  return (
    <form className="panel" onSubmit={send}>
      <h2>{add}</h2>
      <Field
        label={label}
        hint={nameHint}
        data-search
        required
        maxLength={64}
        pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <p className="problem" role="alert">
        {task.problem}
      </p>
      <div className="actions start">
        <button className="primary" disabled={task.busy}>
          {task.busy ? busy : sendWord}
        </button>
      </div>
    </form>
  )
}

function Remove({
  name,
  onRemoved,
  onClose,
}: {
  name: string
  onRemoved: () => void
  onClose: () => void
}): ReactNode {
  const { ask, say } = useDesk()
  const task = useTask()
  const { removeAsk, removeText, removeYes, removed } = words.operators
  async function remove(): Promise<void> {
    try {
      await ask('DELETE', `/operators/${encodeURIComponent(name)}`)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'bad_request') throw error
      say(words.lastOperator)
      onClose()
      return
    }
    say(removed(name))
    onRemoved()
  }
  return (
    <Confirm
      title={removeAsk(name)}
      text={removeText}
      yes={removeYes(name)}
      busy={task.busy}
      problem={task.problem}
      onYes={() => void task.run(remove)}
      onClose={onClose}
    />
  )
}

type TableProps = { readonly operators: readonly Operator[]; readonly onRemove: (name: string) => void }

function Table({ operators, onRemove }: TableProps): ReactNode {
  const { operator } = useDesk()
  const { columns, remove, removeYes } = words.operators
  return (
    <table className="figures">
      <thead>
        <tr>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.since}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {operators.map(({ name, created }) => (
          <tr key={name}>
            <th scope="row">
              {name} {name === operator && <Chip>{words.you}</Chip>}
            </th>
            <td>{date(created * 1000)}</td>
            <td className="number">
              <button
                type="button"
                className="quiet"
                data-row
                aria-label={removeYes(name)}
                onClick={() => onRemove(name)}
              >
                {remove}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function OperatorsScreen(): ReactNode {
  const { ask } = useDesk()
  const { problem, run } = useTask()
  const [operators, setOperators] = useState<readonly Operator[] | null>(null)
  const [made, setMade] = useState<Credentials | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  const load = useCallback(
    () =>
      run(async () => {
        setOperators((await ask<{ operators: readonly Operator[] }>('GET', '/operators')).operators)
      }),
    [ask, run],
  )
  useEffect(() => {
    void load()
  }, [load])
  const { title, text } = words.operators
  return (
    <div className="page">
      <header className="bar">
        <h1>{title}</h1>
      </header>
      <p className="soft under-title">{text}</p>
      {problem !== null && <p className="problem">{problem}</p>}
      {operators === null && problem === null && <Loading />}
      <div className="columns">
        {operators !== null && <Table operators={operators} onRemove={setRemoving} />}
        {made === null ? (
          <Add
            onMade={(credentials) => {
              setMade(credentials)
              void load()
            }}
          />
        ) : (
          <Made made={made} onDone={() => setMade(null)} />
        )}
      </div>
      {removing !== null && (
        <Remove
          name={removing}
          onClose={() => setRemoving(null)}
          onRemoved={() => {
            setRemoving(null)
            void load()
          }}
        />
      )}
    </div>
  )
}
