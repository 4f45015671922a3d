import type { Role } from '$lib/backend';
import { words } from '$lib/words';

export const ROLES: { value: Role; text: string }[] = (['editor', 'viewer', 'owner'] as const).map(
  (role) => ({
    value: role,
    text: words.role(role),
  }),
);
