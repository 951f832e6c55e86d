/** Where a log goes that was given no stream. */
import type { DestinationStream } from 'pino'

/** As much of it as a stream of node has; a pipe takes what fits and keeps the rest until its reader goes on. */
type Output = Pick<NodeJS.WriteStream, 'write' | 'writable' | 'writableLength' | 'on'>

export interface LogOutput extends DestinationStream {
  /** Lines nobody will read: whoever read the log stood still for too long, or is gone. */
  dropped(): number
  /** True when everything has left, false when it has not after `timeMs`. */
  flush(timeMs: number): Promise<boolean>
}

/** A log reader that stands still costs this much memory, and lines; never a request. */
const maxWaitingBytes = 8_388_608

/** The lines of one turn of the event loop leave in one write: a write for each is what logging costs most. */
export function createLogOutput(output: Output): LogOutput {
  let lines = ''
  let count = 0
  let dropped = 0

  function leave(): void {
    if (count === 0) return
    if (output.writable && output.writableLength < maxWaitingBytes) output.write(lines)
    else dropped += count
    lines = ''
    count = 0
  }
  // A reader that is gone: what it missed is counted, and no reason to stop.
  output.on('error', () => undefined)
  return {
    write(line: string): void {
      if (count === 0) setImmediate(leave)
      count += 1
      lines += line
    },
    dropped: (): number => dropped,
    flush(timeMs: number): Promise<boolean> {
      leave()
      if (!output.writable || output.writableLength === 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), timeMs)
        output.write('', () => {
          clearTimeout(timer)
          resolve(true)
        })
      })
    },
  }
}

let standard: LogOutput | undefined

/** Standard output: one for the process, whatever number of logs write to it. A process that ends writes what still fits. */
export function standardOutput(): LogOutput {
  if (standard === undefined) {
    const created = createLogOutput(process.stdout)
    process.on('exit', () => void created.flush(0))
    standard = created
  }
  return standard
}
