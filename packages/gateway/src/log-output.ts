/** Where a log goes that was given no stream. */
import { type DestinationStream, pino } from 'pino'

/**
 * Standard output. The lines of one turn of the event loop leave in one write: a write for each is what logging costs most.
 * A process that ends writes what is left; one that is killed loses the lines of its last turn.
 */
export function createStandardOutput(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true })
  let lines = ''

  function leave(): void {
    if (lines !== '') output.write(lines)
    lines = ''
  }
  process.on('exit', leave)
  return {
    write(line: string): void {
      if (lines === '') setImmediate(leave)
      lines += line
    },
  }
}

let output: DestinationStream | undefined

/** One for the process, whatever number of logs write to it. */
export function standardOutput(): DestinationStream {
  output ??= createStandardOutput()
  return output
}
