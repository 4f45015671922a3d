/** What was chosen for this computer, read once and changed in parts. */
import type { Backend, Settings } from '$lib/backend';
import type { Notices } from './notices.svelte';
import { Question } from './question.svelte';

export class Chosen {
  readonly question: Question<Settings>;
  /** What was just chosen, until it is known whether it could be kept. */
  wanted = $state.raw<Partial<Settings> | null>(null);

  constructor(
    private readonly backend: Backend,
    private readonly notices: Notices,
  ) {
    this.question = new Question(() => backend.settings());
    void this.question.ask();
  }

  /** As it is shown: what is wanted counts already. */
  get now(): Settings | null {
    const kept = this.question.answer;
    return kept === null ? null : { ...kept, ...this.wanted };
  }

  async choose(part: Partial<Settings>): Promise<void> {
    const before = this.question.answer;
    if (before === null || this.wanted !== null) return;
    this.wanted = part;
    await this.notices.guard(() => this.backend.setSettings({ ...before, ...part }));
    await this.question.ask();
    this.wanted = null;
  }
}
