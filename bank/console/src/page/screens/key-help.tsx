import type { ReactNode } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { letters } from '../state/route.ts'
import { words } from '../words.ts'

const { goTo, lists, screens } = words.keys
const jumps = Object.fromEntries(
  Object.entries(letters).map(([letter, section]) => [`g ${letter}`, words.sections[section]]),
)
const groups = [{ title: goTo, keys: jumps }, lists, screens]

export function KeyHelp({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <Dialog title={words.keys.title} onClose={onClose}>
      <div className="key-help">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {Object.entries(keys).map(([key, does]) => (
                <div key={key}>
                  <dt>
                    {key.split(' ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <form method="dialog" className="actions">
        <button className="quiet">{words.close}</button>
      </form>
    </Dialog>
  )
}
