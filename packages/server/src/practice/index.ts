/**
 * The practice provider: a second OpenID issuer on its own port, where anyone can sign in as anyone, so that a newcomer
 * sees a whole sign-in without registering an application anywhere. It owns its people, its pages, its keys and its
 * memory; it forgets everything but its people when it closes. It is upstream of Holdfast and knows nothing about it:
 * the two meet only over HTTP, as they would with any provider (`providers/` is the other side).
 *
 * The protocol is `oidc-provider`'s, loaded when a practice provider is created and not before: a production start
 * never reads a line of it.
 */
export { type PracticePerson, practicePeople } from "./people.ts";
export {
  createPracticeProvider,
  type PracticeClient,
  type PracticeProvider,
  type PracticeProviderOptions,
} from "./practice-provider.ts";
