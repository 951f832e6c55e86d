/** Phones have a keypad on the screen; what a keyboard types goes to the field in focus. */
export function useKeys(_press: (key: string) => boolean): void {}
