/**
 * Loaded into a gateway before anything else, by NODE_OPTIONS: on SIGUSR2 it reads fault.json in the working directory and
 * from then on ends the process at the nth write to a file (`killAtWrite`), and has its clock ahead of the machine's
 * (`aheadMs`, also at start), so that tests need not wait.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { now } = Date
const { writeSync } = fs
let aheadMs = 0
let left = 0

function read() {
  try {
    return JSON.parse(fs.readFileSync('fault.json', 'utf8'))
  } catch {
    return {}
  }
}

Date.now = () => now() + aheadMs
fs.writeSync = (descriptor, ...rest) => {
  // Standard output and error are no files of the database.
  if (descriptor > 2 && left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL')
  return writeSync(descriptor, ...rest)
}
syncBuiltinESMExports()

aheadMs = read().aheadMs ?? 0
process.on('SIGUSR2', () => {
  const fault = read()
  aheadMs = fault.aheadMs ?? aheadMs
  left = fault.killAtWrite ?? 0
  process.stderr.write(`fault ${fault.number}\n`)
})
