/** `npm start -- --once`, as it was built: the main job is a test of the whole house. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/run.js', import.meta.url))
const timeout = 120_000

it(
  'plays the main job to its end',
  async () => {
    const env = { ...process.env, NO_COLOR: '1' }
    // Rejects when the exit status is not 0.
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--once'], { env, timeout })
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('main job: ok')
    for (const code of ['approval_held', 'second_operator_required', 'approval_refused', 'device_revoked'])
      expect(stdout).toContain(code)
  },
  timeout,
)
