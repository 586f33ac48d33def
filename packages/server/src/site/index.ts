/** The pages that stand by themselves: home, the error catalogue, the icon. */
export { createSiteRoutes } from "./routes.ts";
