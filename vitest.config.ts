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

/**
 * Tests of one file's own matter share processes, and so the modules one of them loaded: a quarter of what they cost was loading. None may
 * leave anything behind that another could meet. What starts servers, nodes and browsers has each file to itself, and so has `*.alone.test.ts`:
 * SoftHSM reads its configuration once a process.
 */
const units = [
  '{packages,bank}/*/src/**/!(*.alone).test.ts',
  'packages/{core,server}/test/**/*.{test,fuzz}.ts',
]
const left = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 180_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'units', include: units, exclude: left, isolate: false } },
      {
        extends: true,
        test: { name: 'wholes', include: ['**/*.test.ts'], exclude: [...left, ...units] },
      },
    ],
  },
})
