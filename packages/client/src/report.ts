/** Telling the service about servers that were refused for their TLS key (docs/protocol.md 2.5), once there is a session again. */
import type { KeyReport } from '@holdfast/core'
import { readSigned } from './answer.ts'
import { callWithToken } from './call.ts'
import type { Calling } from './prompt.ts'
import { jsonDraft } from './request.ts'
import type { State } from './state.ts'
import type { Service } from './statement.ts'

/** Sends what is kept and forgets what was taken; what fails is kept for the next session. */
export async function sendReports(service: Service, standing: Calling, state: State): Promise<void> {
  const reports = await state.reports()
  if (reports.length === 0) return
  const { statement } = await service.statement()
  await callWithToken(service, standing, {
    draft: jsonDraft(service.origin + statement.endpoints.reports, { reports }),
    signer: 'any',
    timeoutCovers: 'answer',
    accept: (answer, sent) => readSigned(answer, sent, service.trust),
  })
  const told = new Set(reports.map(nameOf))
  // Some may have come meanwhile.
  await state.saveReports((await state.reports()).filter((report) => !told.has(nameOf(report))))
}

const nameOf = ({ host, key, at }: KeyReport): string => JSON.stringify([host, key, at])
