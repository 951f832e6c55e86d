/** Nodes hand new sealing keys to each other through the database. Somebody who may write there says: I am a node, too. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { documentName, foreignNode, startLibrary } from '../library.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '80b-foreign-node',
  title: 'Join the nodes that hand sealing keys to each other',
  power: 'reads and writes the database, and does not hold the wrapping key',
  gain: 'the sealing keys of the next hour',
  requirement: 'K6',
  section: '8.1',
  expect: 'harmless',
  weaken: {
    file: 'server/sealing-document.js',
    text: `return keys.seal(contextOf(sequence), utf8(JSON.stringify(document)));
}
/** Null when this service did not write it. */
export function readDocument(value, sequence, keys) {
    try {
        return JSON.parse(fromUtf8(keys.open(contextOf(sequence), value)));`,
    instead: `return JSON.stringify(document);
}
export function readDocument(value, sequence, keys) {
    try {
        return JSON.parse(value);`,
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const service = await startLibrary(target)
    try {
      const node = await foreignNode(service.now())
      const before = await service.store.getDocument(documentName)
      if (before === null) throw new Error('there is no document to join')
      await service.store.putDocument(documentName, before.sequence + 1, node.document)
      await service.rotate()
      const after = await service.store.getDocument(documentName)
      return harmless((await node.opens(after?.value ?? '')) && 'a seed was encrypted to the attacker')
    } finally {
      await service.close()
    }
  },
}
