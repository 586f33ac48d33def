/** The public key in the header of a request's DPoP proof (RFC 9449), as JSON; null without one. Not verified here. */
export function dpopKey(request: Request): string | null {
  const proof = request.headers.get("dpop");
  if (proof === null) return null;
  try {
    const header = JSON.parse(atob((proof.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return JSON.stringify(header.jwk ?? null);
  } catch {
    return null;
  }
}
