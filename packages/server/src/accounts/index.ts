/**
 * Accounts: the customers of the app, and who is a member of which. Closing one ends its grants in the same transaction.
 */
export type { Accounts, AccountsDeps } from "./accounts.ts";
export { chooseAccount, createAccounts } from "./accounts.ts";
export type { Membership } from "./store.ts";
