/** One question to the backend whose answer a view shows: blank, then an answer or trouble; asked again at will. */
import { Trouble } from '$lib/backend';

export class Question<T> {
  answer = $state.raw<T | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  #turn = 0;

  constructor(private readonly put: () => Promise<T>) {}

  /** Keeps the old answer until the new one is there. Late answers to older questions are dropped. */
  async ask(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const answer = await this.put();
      if (turn !== this.#turn) return;
      this.answer = answer;
      this.trouble = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.trouble = Trouble.from(thrown);
    }
  }

  /** An answer that came by another way, as with a change: questions still under way are older. */
  told(answer: T): void {
    this.#turn += 1;
    this.answer = answer;
    this.trouble = null;
  }

  forget(): void {
    this.#turn += 1;
    this.answer = null;
    this.trouble = null;
  }
}
