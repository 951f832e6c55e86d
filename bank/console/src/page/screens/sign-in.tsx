import { type FormEvent, type ReactNode, useState } from 'react'
import type { EndReason } from '../../server/sessions.ts'
import type { SessionView } from '../api/call.ts'
import { Field } from '../parts/field.tsx'
import { signIn } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { Mark } from '../parts/mark.tsx'

type SignInProps = {
  /** Why the last session ended; null when there was none. */
  readonly reason: EndReason | null
  readonly onSession: (session: SessionView) => void
}

export function SignIn({ reason, onSession }: SignInProps): ReactNode {
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const task = useTask()
  const send = (event: FormEvent): void => {
    event.preventDefault()
    void task.run(async () => onSession(await signIn(name.trim(), secret.trim())))
  }
  const { title, text, send: sendWord, busy, ended } = words.signIn
  return (
    <main className="sign-in">
      <div className="card">
        <Mark />
        <h1>{title}</h1>
        <p className="soft">{reason === null ? text : ended[reason]}</p>
        <form onSubmit={send}>
          <Field
            label={words.signIn.name}
            name="name"
            autoComplete="username"
            autoFocus
            required
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Field
            label={words.signIn.secret}
            name="secret"
            type="password"
            autoComplete="current-password"
            required
            maxLength={200}
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
          <p className="problem" role="alert">
            {task.problem}
          </p>
          <button className="primary" disabled={task.busy}>
            {task.busy ? busy : sendWord}
          </button>
        </form>
      </div>
    </main>
  )
}
