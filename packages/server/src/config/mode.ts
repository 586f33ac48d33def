/** `development` forgives and warns; `production` refuses what is not safe. */
export type Mode = "development" | "production";
