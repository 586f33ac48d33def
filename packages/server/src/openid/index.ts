/** What apps and services learn of this issuer by asking it: metadata and keys. */
export { createMetadataRoutes } from "./metadata-routes.ts";
