/** One activation code: to be read or scanned while it is good, with what has become of it so far. */
import type { ReactNode } from 'react'
import { Copy } from '../parts/copy.tsx'
import { countdown } from '../parts/format.ts'
import { Qr } from '../parts/qr.tsx'
import { type CodeProgress, type MadeCode, progressOf } from '../state/codes.ts'
import { useNow } from '../state/now.ts'
import { useDesk, useLive } from '../state/session.tsx'
import { words } from '../words.ts'

const steps: ReadonlyArray<CodeProgress['step']> = ['made', 'used', 'bound']

function Progress({ progress }: { progress: CodeProgress }): ReactNode {
  const at = steps.indexOf(progress.step)
  const { refused, textRefused } = words.activations
  return (
    <>
      <ol className="progress">
        {steps.map((step, index) => (
          <li key={step} data-done={index <= at} aria-current={index === at ? 'step' : undefined}>
            {words.activations.progress[index]}
          </li>
        ))}
      </ol>
      {progress.slip !== null && (
        <p className="problem" role="status">
          {progress.slip === 'proof' ? refused : textRefused}
        </p>
      )}
    </>
  )
}

/** What can still be used. */
function Usable({ made, left }: { made: MadeCode; left: number }): ReactNode {
  const { code, picture, tell, steps: told, way, left: leftWord } = words.activations
  return (
    <div className="code">
      <Qr text={made.code} label={picture} />
      <div>
        <p className="code-text" aria-label={code}>
          {made.code}
        </p>
        <p className="code-left">
          <span>{leftWord(countdown(left))}</span> <Copy text={made.code} label={code} />
        </p>
        <h3>{tell}</h3>
        <ol className="told">
          {told.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ol>
        <p className="soft">{way}</p>
      </div>
    </div>
  )
}

export function CodeCard({ made }: { made: MadeCode }): ReactNode {
  const now = useNow()
  const { codes } = useDesk()
  const { audit } = useLive()
  const progress = progressOf(made, audit ?? [])
  const left = made.expires * 1000 - now
  const { for: forWhom, over, bound, hide } = words.activations
  return (
    <article className="panel code-card">
      <header>
        <h2>{forWhom(made.user, made.sendTo)}</h2>
        <button type="button" className="quiet" onClick={() => codes.drop(made)}>
          {hide}
        </button>
      </header>
      <Progress progress={progress} />
      {progress.step === 'made' && left > 0 && <Usable made={made} left={left} />}
      {progress.step === 'made' && left <= 0 && <p className="callout">{over}</p>}
      {progress.step === 'bound' && <p className="callout good">{bound(made.user)}</p>}
    </article>
  )
}
