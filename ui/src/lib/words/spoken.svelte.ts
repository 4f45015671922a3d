/** The words that are spoken now: what is on the screen hears of a change. */
import { en, type Words } from './en';

class Spoken {
  words = $state.raw<Words>(en);
}

export const spoken = new Spoken();
