import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWK } from "jose";
import type { AcceptedHeader } from "./compact-jwt.ts";
import type { SignatureAlgorithm } from "./signature.ts";

/** A public key, ready for use. One and the same object for as long as the issuer publishes it unchanged. */
export interface PublicKey {
  readonly kid: string;
  readonly algorithm: SignatureAlgorithm;
  readonly cryptoKey: CryptoKey;
}

/** What is published under one kid. */
interface PublishedKey {
  /** Tells whether a later set has the same. */
  readonly text: string;
  readonly select: ReturnType<typeof createLocalJWKSet>;
  /** By algorithm. */
  readonly imported: Map<SignatureAlgorithm, PublicKey>;
}

/** A key set as it was published at one moment, by kid. */
export type PublishedKeys = ReadonlyMap<string, PublishedKey>;

/** Smaller RSA keys can be factored (RFC 7518, section 3.3). */
const leastModulusBits = 2048;

/**
 * Reads a key set (RFC 7517, section 5). What is the same as in the former set is taken over, with its imported keys.
 *
 * @throws Error when it is not a key set, or has no key with a kid
 */
export function parsePublishedKeys(json: unknown, former?: PublishedKeys): PublishedKeys {
  const { keys } = createLocalJWKSet(json as JSONWebKeySet).jwks();
  const published = new Map<string, PublishedKey>();
  for (const [kid, jwks] of Map.groupBy(keys, ({ kid }) => kid)) {
    if (typeof kid !== "string") continue;
    const text = JSON.stringify(jwks);
    const known = former?.get(kid);
    published.set(kid, known?.text === text ? known : createPublishedKey(text, jwks));
  }
  if (published.size === 0) throw new Error("The issuer's key set has no key with a kid");
  return published;
}

function createPublishedKey(text: string, keys: JWK[]): PublishedKey {
  return { text, select: createLocalJWKSet({ keys }), imported: new Map() };
}

/** Whether two sets hold the same, one having been read with the other as the former. */
export function isSameSet(one: PublishedKeys, other: PublishedKeys): boolean {
  return one.size === other.size && [...one].every(([kid, key]) => other.get(kid) === key);
}

/** Whether the key is published still, and the same. */
export function isPublished(key: PublicKey, keys: PublishedKeys): boolean {
  return importedKey({ kid: key.kid, alg: key.algorithm }, keys) === key;
}

/** The key for a token's header, if it was asked for before. */
export function importedKey({ kid, alg }: AcceptedHeader, keys: PublishedKeys): PublicKey | undefined {
  return keys.get(kid)?.imported.get(alg);
}

/** The key for a token's header. One that is ambiguous, private, malformed, weak or of another kind is as good as none. */
export async function findKey({ kid, alg }: AcceptedHeader, keys: PublishedKeys): Promise<PublicKey | undefined> {
  const published = keys.get(kid);
  if (!published) return undefined;
  const { imported, select } = published;
  if (!imported.has(alg)) {
    const cryptoKey = await select({ kid, alg }).catch(() => undefined);
    if (!cryptoKey || isWeak(cryptoKey)) return undefined;
    // Who asked at the same time may have been faster, and there is to be one object.
    if (!imported.has(alg)) imported.set(alg, { kid, algorithm: alg, cryptoKey });
  }
  return imported.get(alg);
}

function isWeak({ algorithm }: CryptoKey): boolean {
  return "modulusLength" in algorithm && Number(algorithm.modulusLength) < leastModulusBits;
}
