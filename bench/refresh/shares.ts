/**
 * Of every eight grants of an instance, seven are refreshed over HTTP and one without: each token is held by one party,
 * and each party touches every page of the table.
 */
export const overHttp = { divisor: 8, remainders: [0, 1, 2, 3, 4, 5, 6] } as const;
export const withoutHttp = { divisor: 8, remainders: [7] } as const;
