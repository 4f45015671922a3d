/** The one clock of the interface, so that tests and pictures can stop it. */
export const clock = { now: (): number => Date.now() };
