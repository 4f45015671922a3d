/** One thing that is tried, with a wait on the screen and trouble that is answered before it is tried again. */
import { Trouble } from '$lib/backend';

export class Attempt {
  working = $state(false);
  trouble = $state.raw<Trouble | null>(null);

  /** Nothing else may take the screen: the wait or its outcome is on it. */
  get shown(): boolean {
    return this.working || this.trouble !== null;
  }

  /** Answers whether it went well. */
  async run(work: () => Promise<void>): Promise<boolean> {
    this.working = true;
    this.trouble = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.trouble = Trouble.from(thrown);
      return false;
    } finally {
      this.working = false;
    }
  }

  /** What was typed is shown again. */
  again(): void {
    this.trouble = null;
  }
}
