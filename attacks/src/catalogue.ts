/** All attacks, in the order of their names. A file in attacks/ is an attack; nothing else registers one. */
import { readdir } from 'node:fs/promises'
import type { Attack } from './attack.ts'

const directory = new URL('./attacks/', import.meta.url)
/** `.ts` when the sources run, `.js` when they are built. */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

export async function loadAttacks(): Promise<Attack[]> {
  const names = (await readdir(directory))
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .sort()
  return Promise.all(
    names.map(async (name) => {
      const { attack } = (await import(new URL(name, directory).href)) as { attack: Attack }
      if (`${attack.id}${ending}` !== name) throw new Error(`${name} holds the attack ${attack.id}`)
      return attack
    }),
  )
}
