import { file, run } from './vitest.ts'

// Opened one after another, each after its name is said: `import` alone would come before everything.
declare const require: (path: string) => unknown
const suites: ReadonlyArray<readonly [name: string, open: () => unknown]> = [
  ['core: vectors', () => require('../../../core/test/vectors.test.ts')],
  ['core: sealed vectors', () => require('../../../core/test/sealed-vectors.test.ts')],
  ['core: approval vectors', () => require('../../../core/test/approval-vectors.test.ts')],
  ['core: RFC 9421', () => require('../../../core/test/rfc9421.test.ts')],
  ['core: crypto', () => require('../../../core/src/crypto/port.test.ts')],
  ['client: RFC 9807', () => require('../rfc9807.test.ts')],
]
for (const [name, open] of suites) {
  file(name)
  open()
}

// All providers are the portable one here; once is enough.
void run(/node:crypto|WebCrypto/)
