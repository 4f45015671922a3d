/** People to choose from: namesakes are told apart by how their fingerprints begin. */
import type { AccountId, Person } from '$lib/backend';
import { displayName, isTyped } from '$lib/format/name';
import { words } from '$lib/words';

export function peopleOptions(people: readonly Person[]): { value: AccountId; text: string }[] {
  return people.map((person) => {
    const namesake = people.some((it) => it.account !== person.account && isTyped(it.name, person.name));
    const name = person.me ? words.helpers.you(person.name) : displayName(person.name);
    return { value: person.account, text: namesake ? `${name}, ${person.fingerprint.slice(0, 9)}` : name };
  });
}
