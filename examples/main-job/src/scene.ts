/** What every act plays with. */
import type { VirtualPhone } from '@holdfast/client/testing'
import type { Deployment } from './deployment.ts'
import type { Witness } from './inside.ts'

export type Scene = {
  readonly deployment: Deployment
  readonly phone: VirtualPhone
  readonly witness: Witness
}
