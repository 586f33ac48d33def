/** What can be wrong with a webhook: what it means, and the status to answer with. */
const meanings = {
  webhook_header_missing: {
    status: 400,
    meaning: "Not a signed webhook: `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing.",
  },
  webhook_timestamp_invalid: {
    status: 400,
    meaning: "`webhook-timestamp` is not a number of seconds since 1970.",
  },
  webhook_timestamp_too_old: {
    status: 401,
    meaning: "The webhook was signed too long ago: it was replayed, or this machine's clock is fast.",
  },
  webhook_timestamp_too_new: {
    status: 401,
    meaning: "The webhook was signed in the future: the clock of this machine, or of the sender's, is wrong.",
  },
  webhook_signature_mismatch: {
    status: 401,
    meaning:
      "No signature fits: the secret is another endpoint's, the body is not the bytes that were sent (parsed and written again, perhaps), or somebody else sent it.",
  },
  webhook_body_invalid: {
    status: 400,
    meaning: "The body is signed well, but is not a Holdfast webhook in JSON.",
  },
  webhook_secret_invalid: {
    status: 500,
    meaning: "The secret given to `verifyWebhook` is none: `whsec_` or `whpk_`, and then base64.",
  },
} as const;

export type WebhookErrorCode = keyof typeof meanings;

/**
 * Why a webhook was not believed. Answer with `status`: the sender will try again, so that nothing is lost by a wrong
 * clock or secret that is put right.
 */
export class WebhookError extends Error {
  readonly code: WebhookErrorCode;
  /** 400 for what is not a webhook, 401 for what nobody vouches for, 500 for a mistake of our own. */
  readonly status: 400 | 401 | 500;

  constructor(code: WebhookErrorCode, detail?: string, options?: { readonly cause?: unknown }) {
    super(detail ?? meanings[code].meaning, options);
    this.name = "WebhookError";
    this.code = code;
    this.status = meanings[code].status;
  }
}
