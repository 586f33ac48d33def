/** Who a service is to the issuer: the id and the secret of a confidential client. */
export interface ServiceCredentials {
  readonly id: string;
  readonly secret: string;
}

/** The value of the `Authorization` header: `client_secret_basic`, each half form-encoded (RFC 6749, section 2.3.1). */
export function basicAuthorization({ id, secret }: ServiceCredentials): string {
  return `Basic ${btoa(`${formEncode(id)}:${formEncode(secret)}`)}`;
}

/** As `application/x-www-form-urlencoded` has it: a blank is a plus, and all the rest is ASCII afterwards. */
function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
