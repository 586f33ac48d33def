/** The deployment's functions, as `convex dev` would write them down in `convex/_generated/api`. */
import { makeFunctionReference } from "convex/server";
import type { Item, Me } from "../../backend/functions.ts";

type NoArgs = Record<string, never>;

/** Null for nobody: a query is answered also in the moment in which a session ends. */
export const listItems = makeFunctionReference<"query", NoArgs, readonly Item[] | null>("items:list");
export const addItem = makeFunctionReference<"mutation", { text: string }, null>("items:add");
export const setItemDone = makeFunctionReference<"mutation", { id: string; isDone: boolean }, null>("items:setDone");
export const clearDoneItems = makeFunctionReference<"mutation", NoArgs, null>("items:clearDone");
export const getMe = makeFunctionReference<"query", NoArgs, Me | null>("people:me");
export const introduce = makeFunctionReference<"mutation", { name: string }, null>("people:introduce");
