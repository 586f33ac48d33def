/** A kind of signing key: what is signed with it, and where it is kept. */
export interface KeyKind {
  readonly algorithm: "ES256" | "RS256";
  readonly table: "signing_keys" | "set_signing_keys";
  /** What private halves are sealed for: one kind's cannot be put in the place of another's. */
  readonly sealPurpose: string;
  /** Held by the node that makes a key, so that two that start together do not make two. */
  readonly lock: string;
}

/** Access tokens: small signatures, made fast. */
export const tokenKeys: KeyKind = {
  algorithm: "ES256",
  table: "signing_keys",
  sealPurpose: "signing-key",
  lock: "holdfast.keys",
};

/**
 * Security event tokens: RS256, because the CAEP Interoperability Profile 1.0 ("Event Signatures") has nothing else. In a
 * table of their own: a node of before would sign access tokens with whatever it finds in the other.
 */
export const setKeys: KeyKind = {
  algorithm: "RS256",
  table: "set_signing_keys",
  sealPurpose: "set-signing-key",
  lock: "holdfast.set-keys",
};
