import { weakness } from '@holdfast/client'
import { type App, openSession } from '../app.ts'
import { busy } from '../busy.ts'
import { button, el, screen } from '../dom.ts'
import { createPad, type Pad } from '../pad.ts'
import { weak, words } from '../words.ts'

const { choose } = words

function judge(passcode: string): string {
  const found = weakness(passcode)
  if (found === 'too_short') return passcode === '' ? '' : choose.more(6 - passcode.length)
  return found === null ? choose.good : weak[found]
}

/** Twice the same, and not weak. */
export function chooseScreen(app: App): HTMLElement {
  const title = app.changing ? choose.change : choose.title
  const view = screen(title)
  const say = (heading: string, text: string, pad: Pad): void => {
    const cancel = button(choose.cancel, () => void app.go('security'), { kind: 'quiet' })
    view.replaceChildren(
      el('h1', { tabindex: -1 }, heading),
      el('p', {}, text),
      pad.view,
      ...(app.changing ? [cancel] : []),
    )
    view.querySelector('h1')?.focus({ preventScroll: true })
  }

  async function set(passcode: string): Promise<void> {
    try {
      await busy(choose.busy, () => openSession(app).setPasscode(passcode))
      await app.go(app.changing ? 'security' : 'offer')
    } catch (error) {
      await app.failed(error, first)
    }
  }
  function second(passcode: string): void {
    const give = (repeated: string): void => {
      if (repeated === passcode) void set(passcode)
      else first(choose.differs)
    }
    say(choose.repeat, choose.repeatText, createPad({ send: choose.sendRepeat, give, isNew: true }))
  }
  function first(complaint = ''): void {
    const give = (passcode: string): void => {
      const found = weakness(passcode)
      if (found === null) second(passcode)
      else pad.tell(weak[found])
    }
    const pad = createPad({ send: choose.send, give, judge, isNew: true })
    say(title, choose.text, pad)
    pad.tell(complaint)
  }

  first()
  return view
}
