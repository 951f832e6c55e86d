/** `npm start -- --once`, as it was built: the main job is a test of the whole house. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { hasCryptography } from './backend.ts'

const program = fileURLToPath(new URL('../dist/run.js', import.meta.url))
const timeout = 120_000

/** Rejects when the exit status is not 0. */
async function mainJob(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const env = { ...environment, NO_COLOR: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--once'], { env, timeout })
  return stdout.trimEnd().split('\n')
}

it.skipIf(!hasCryptography())(
  'runs to its end with the backend in Python (skipped when python3 or its package cryptography is absent)',
  async () => {
    const lines = await mainJob(process.env)
    expect(lines.at(-1)).toBe('main job: ok')
    expect(lines.join('\n')).toContain('in front of a backend in Python')
  },
  timeout,
)

it(
  'without Python says so and takes the backend in Node',
  async () => {
    const lines = await mainJob({ ...process.env, PATH: '/nowhere' })
    expect(lines.at(-1)).toBe('main job: ok')
    expect(lines.join('\n')).toContain('(python3 was not found, so the same backend in Node takes its place)')
  },
  timeout,
)
