/** A service for one command while no gateway has to run. Whoever can read the key file is the service already. */
import type { Config } from '../config/config.ts'
import type { Service } from '../service.ts'

/** Rejects with Complaint when the store cannot be opened: a running gateway holds the embedded database. */
export async function withService<Result>(
  config: Config,
  act: (service: Service) => Promise<Result>,
): Promise<Result> {
  // Loaded here: commands that ask a gateway need no database drivers.
  const [{ openService }, { createLog }] = await Promise.all([
    import('../service.ts'),
    import('../books/log.ts'),
  ])
  const service = await openService(config, { log: createLog({ level: 'silent' }) })
  try {
    return await act(service)
  } finally {
    await service.close()
  }
}
