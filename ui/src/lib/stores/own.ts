/** What opens this home, as it is asked again before something weighty: the password, or the PIN of its token. */
import type { Status, Trouble } from '$lib/backend';
import { words } from '$lib/words';
import { inWords } from './notices.svelte';

/** A home without a password is asked for the PIN. */
export function byPin(status: Status | null): boolean {
  return status !== null && !status.password && status.token !== null;
}

/** What is said beside the field when it was not right: a token says more of its PIN than that it is wrong. */
export function saidWrong(trouble: Trouble, pin: boolean): string {
  if (!pin) return words.unlock.wrong;
  return trouble.words.happened === '' ? words.unlock.wrongPin : inWords(trouble).text;
}

export function saidMissing(pin: boolean): string {
  return pin ? words.keeper.pinMissing : words.you.passwordMissing;
}
