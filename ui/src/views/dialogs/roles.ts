import type { Role } from '$lib/backend';
import { words } from '$lib/words';

const ROLES: readonly Role[] = ['editor', 'viewer', 'owner'];

export const roleOptions = (): { value: Role; text: string }[] =>
  ROLES.map((role) => ({ value: role, text: words.role(role) }));
