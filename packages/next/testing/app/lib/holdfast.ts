import { createHoldfast, type HoldfastOptions } from "@holdfast/next/server";

const { HOLDFAST_ISSUER: issuer = "", HOLDFAST_VIA: via = issuer } = process.env;

/** The test stands between this server and Holdfast. */
export const options: HoldfastOptions = {
  fetch: (url, init) => fetch(url.replace(issuer, via), init),
  signInFailed: "/?from=sign-in",
};

export const { auth, withAuth, handlers } = createHoldfast(options);
