/** Begins anew, as if it had just been opened: what the browser took away under a running page only the next one can make again. */
export function restartApp(): void {
  location.reload()
}
