/** All that runs in the VM, in one piece: what there is to do is in what it was given. */
import { given } from './data.ts'

declare const require: (path: string) => unknown
// One after another: modules look for what globals.ts brings when they are loaded, and `import` would load all of them first.
const inTurn: ReadonlyArray<() => unknown> = [
  () => require('./globals.ts'),
  () => require('./buffer.ts'),
  () => (given.recording === undefined ? require('./suites.ts') : require('./session-replay.ts')),
]
for (const load of inTurn) load()
