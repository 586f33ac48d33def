import { handlers } from "../../../lib/holdfast";

export const { GET, POST } = handlers;
