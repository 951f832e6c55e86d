/** The line between a browser and the service: it works, it keeps everybody waiting, or it is broken. */
export async function openLine(context, origin) {
  let state = 'works'
  let waiting = []
  await context.route(`${origin}/**`, async (route) => {
    if (state === 'hangs') await new Promise((resolve) => waiting.push(resolve))
    // A page that was closed meanwhile waits for nothing any more.
    await (state === 'broken' ? route.abort('connectionfailed') : route.continue()).catch(() => undefined)
  })
  const become = (next) => () => {
    state = next
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return { hang: become('hangs'), tear: become('broken'), mend: become('works') }
}
