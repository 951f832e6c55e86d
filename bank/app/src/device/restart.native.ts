/** On a phone nothing is taken away under a running app, so nothing needs it. */
export function restartApp(): void {}
