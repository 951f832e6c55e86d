/** Codes that bind a phone to a customer. */
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Activation } from '../api/shapes.ts'
import { Empty } from '../parts/empty.tsx'
import { Field } from '../parts/field.tsx'
import { useCodes } from '../state/codes.ts'
import { useDesk } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { CodeCard } from './code-card.tsx'

function MakeCode(): ReactNode {
  const { ask, codes, say } = useDesk()
  const [user, setUser] = useState('')
  const [sendTo, setSendTo] = useState('')
  const task = useTask()
  async function make(): Promise<void> {
    const asked = { user: user.trim(), send_to: sendTo.trim() }
    const made = await ask<Activation>('POST', '/activations', asked)
    codes.add({ ...made, user: asked.user, sendTo: asked.send_to })
    say(words.activations.made(asked.user))
    setUser('')
    setSendTo('')
  }
  const send = (event: FormEvent): void => {
    event.preventDefault()
    void task.run(make)
  }
  const { text, userHint, sendToHint, send: sendWord, busy } = words.activations
  return (
    <form className="panel" onSubmit={send}>
      <p className="soft">{text}</p>
      <Field
        label={words.activations.user}
        hint={userHint}
        data-search
        required
        maxLength={128}
        value={user}
        onChange={(event) => setUser(event.target.value)}
      />
      <Field
        label={words.activations.sendTo}
        hint={sendToHint}
        type="tel"
        required
        maxLength={128}
        value={sendTo}
        onChange={(event) => setSendTo(event.target.value)}
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

export function ActivationsScreen(): ReactNode {
  const made = useCodes(useDesk().codes)
  return (
    <div className="split narrow-list">
      <section className="list" aria-label={words.activations.title}>
        <header className="bar">
          <h1>{words.activations.title}</h1>
        </header>
        <MakeCode />
      </section>
      <section className="beside" aria-label={words.activations.code}>
        {made.length === 0 && <Empty title={words.activations.waiting} />}
        {made.map((code) => (
          <CodeCard key={code.code_id} made={code} />
        ))}
      </section>
    </div>
  )
}
