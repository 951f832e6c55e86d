/** What the console shows of the gateway's metrics (Prometheus text format 0.0.4; docs/operate.md 11). */

export type Metrics = {
  /** Counted since the gateway started. */
  readonly requests: number
  readonly refused: Readonly<Record<string, number>>
  readonly upstreamErrors: number
  readonly droppedLines: number
  /** At this moment. */
  readonly inFlight: number
  readonly spooledBytes: number
  /** Requests that took so many seconds at most, cumulative; the last bound is Infinity, written as null in JSON. */
  readonly durations: ReadonlyArray<readonly [seconds: number | null, count: number]>
}

type Sample = { readonly name: string; readonly labels: ReadonlyMap<string, string>; readonly value: number }

const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g

function readSamples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = samplePattern.exec(line)
    if (match === null) return []
    const [, name = '', inside = '', value = ''] = match
    const labels = new Map([...inside.matchAll(labelPattern)].map(([, key = '', word = '']) => [key, word]))
    return [{ name, labels, value: Number(value) }]
  })
}

export function parseMetrics(text: string): Metrics {
  const samples = readSamples(text)
  const of = (name: string): Sample[] => samples.filter((sample) => sample.name === `holdfast_${name}`)
  const sum = (name: string): number => of(name).reduce((total, { value }) => total + value, 0)
  const sumBy = (name: string, label: string): Map<string, number> => {
    const sums = new Map<string, number>()
    for (const { labels, value } of of(name)) {
      const word = labels.get(label) ?? ''
      sums.set(word, (sums.get(word) ?? 0) + value)
    }
    return sums
  }
  const durations = [...sumBy('request_duration_seconds_bucket', 'le')].map(
    ([bound, count]) => [bound === '+Inf' ? null : Number(bound), count] as const,
  )
  return {
    requests: sum('requests_total'),
    refused: Object.fromEntries(sumBy('refused_total', 'code')),
    upstreamErrors: sum('upstream_errors_total'),
    droppedLines: sum('log_lines_dropped_total'),
    inFlight: sum('requests_in_flight'),
    spooledBytes: sum('spooled_bytes'),
    durations: durations.toSorted(([one], [other]) => (one ?? Infinity) - (other ?? Infinity)),
  }
}
