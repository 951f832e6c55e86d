import { expect, test } from 'vitest'
import { parseMetrics } from './metrics.ts'

const text = `# HELP holdfast_requests_total Requests
# TYPE holdfast_requests_total counter
holdfast_requests_total{route="/a",status="2xx",code="none",sealed="false"} 7
holdfast_requests_total{route="/a,\\"b\\"",status="4xx",code="replayed",sealed="true"} 3
holdfast_refused_total{code="replayed"} 3
holdfast_refused_total{code="token_expired"} 4
holdfast_upstream_errors_total{upstream="bank",code="upstream_timeout"} 2
holdfast_request_duration_seconds_bucket{le="0.01",route="/a"} 5
holdfast_request_duration_seconds_bucket{le="+Inf",route="/a"} 6
holdfast_request_duration_seconds_bucket{le="0.01",route="/b"} 1
holdfast_request_duration_seconds_bucket{le="+Inf",route="/b"} 4
holdfast_requests_in_flight 2
holdfast_spooled_bytes 4096
holdfast_log_lines_dropped_total 0
another_total 99
`

test('adds up what the gateway counts by label', () => {
  expect(parseMetrics(text)).toEqual({
    requests: 10,
    refused: { replayed: 3, token_expired: 4 },
    upstreamErrors: 2,
    droppedLines: 0,
    inFlight: 2,
    spooledBytes: 4096,
    durations: [
      [0.01, 6],
      [null, 10],
    ],
  })
})

test('nothing counted yet is zero', () => {
  expect(parseMetrics('')).toMatchObject({ requests: 0, refused: {}, durations: [] })
})
