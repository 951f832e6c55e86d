import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take a minute each begin first: the last of them would else run alone on one core while the others idle. */
const long = [
  'attacks/src/suite.test.ts',
  'bench/src/run.test.ts',
  'test/drills/rotation.test.ts',
  'test/faults/kill.test.ts',
  'bank/api/test/kill.test.ts',
  'bank/api/test/main.test.ts',
  'test/hermes/hermes.test.ts',
  'test/web/e2e.test.ts',
  'src/sealing.thief.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((name) => moduleId.endsWith(name))
      return found === -1 ? long.length : found
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts', 'packages/*/test/fuzz/*.fuzz.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    sequence: { sequencer: LongestFirst },
  },
})
