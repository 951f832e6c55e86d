/** The line between a browser and the service: it works, it keeps everybody waiting, it is broken, or no answer comes back. */
export async function openLine(context, origin) {
  let state = 'works'
  let waiting = []
  async function carry(route) {
    if (state === 'hangs') await new Promise((resolve) => waiting.push(resolve))
    if (state === 'works') return route.continue()
    if (state === 'deaf') await route.fetch()
    return route.abort('connectionfailed')
  }
  // A page that was closed meanwhile waits for nothing any more.
  await context.route(`${origin}/**`, (route) => carry(route).catch(() => undefined))
  const become = (next) => () => {
    state = next
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return { hang: become('hangs'), tear: become('broken'), deafen: become('deaf'), mend: become('works') }
}
