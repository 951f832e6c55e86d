/** The load process: one volley for each order of its parent. */

import { serveParent } from './child.ts'
import { fireVolley } from './volley.ts'
import type { Order } from './volley.ts'

serveParent(async (message) => (message === 'start' ? 'ready' : fireVolley(message as Order)))
