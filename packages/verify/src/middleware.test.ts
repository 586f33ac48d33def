import { createServer, request as httpRequest, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { fastify } from "fastify";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type FakeIssuer, startFakeIssuer } from "../testing/fake-issuer.ts";
import { createProver } from "../testing/prover.ts";
import { goodClaims, testAudience, testNow } from "../testing/signer.ts";
import * as forExpress from "./express.ts";
import * as forFastify from "./fastify.ts";
import * as forHono from "./hono.ts";
import { TokenError } from "./token-error.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

let issuer: FakeIssuer;
let verifier: Verifier;

beforeAll(async () => {
  issuer = await startFakeIssuer();
  const clock = { now: () => testNow };
  verifier = createVerifier({ issuer: issuer.issuer, audience: testAudience, feed: "off", clock });
});

afterAll(() => issuer.close());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Sends raw headers, repeated ones too, which `fetch` would join. */
function send(
  port: number,
  path: string,
  authorization: readonly string[],
  proofs: readonly string[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = [
      ...["Host", `127.0.0.1:${port}`],
      ...authorization.flatMap((value) => ["Authorization", value]),
      ...proofs.flatMap((value) => ["DPoP", value]),
    ];
    const request = httpRequest({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on("error", reject).end();
  });
}

/** The same app five times: `/me` for any token, `/pay` for the scope `pay`, `/broken` whose handler throws. */
const apps: [string, () => Promise<RequestListener>][] = [
  [
    "hono",
    async () => {
      const app = new Hono()
        .get("/me", forHono.holdfast(verifier), (c) => c.json({ sub: c.var.claims.sub }))
        .get("/pay", forHono.holdfast(verifier, { scope: "pay" }), (c) => c.text("paid"))
        .get("/broken", forHono.holdfast(verifier), () => {
          throw new Error("the app's own");
        });
      app.onError((error, c) => c.text(error.message, 500));
      return getRequestListener(app.fetch);
    },
  ],
  [
    "express",
    async () => {
      const app = express();
      app.get("/me", forExpress.holdfast(verifier), (req, res) => void res.json({ sub: forExpress.claimsOf(req).sub }));
      app.get("/pay", forExpress.holdfast(verifier, { scope: "pay" }), (_, res) => void res.send("paid"));
      app.get("/broken", forExpress.holdfast(verifier), () => {
        throw new Error("the app's own");
      });
      const onError: express.ErrorRequestHandler = (error, _req, res, _next) =>
        void res.status(500).send(error.message);
      app.use(onError);
      return app;
    },
  ],
  [
    "fastify",
    async () => {
      const app = fastify();
      app.get("/me", { onRequest: forFastify.holdfast(verifier) }, async (request) => ({
        sub: forFastify.claimsOf(request).sub,
      }));
      app.get("/pay", { onRequest: forFastify.holdfast(verifier, { scope: "pay" }) }, async () => "paid");
      app.get("/broken", { onRequest: forFastify.holdfast(verifier) }, async () => {
        throw new Error("the app's own");
      });
      app.setErrorHandler((error: Error, _, reply) => reply.code(500).send(error.message));
      await app.ready();
      return (request, response) => app.routing(request, response);
    },
  ],
  [
    "web-standard",
    async () => {
      const routes: Record<string, (request: Request) => Promise<Response>> = {
        "/me": verifier.protect((_, { sub }) => Response.json({ sub })),
        "/pay": verifier.protect(() => new Response("paid"), { scope: "pay" }),
        "/broken": verifier.protect(() => {
          throw new Error("the app's own");
        }),
      };
      return getRequestListener(async (request) => {
        const route = routes[new URL(request.url).pathname];
        return route ? route(request).catch((error) => new Response(error.message, { status: 500 })) : new Response();
      });
    },
  ],
  [
    "node:http",
    async () => async (request, response) => {
      try {
        const options = request.url === "/pay" ? { scope: "pay" } : {};
        const { sub } = await verifier.authenticate(request, options);
        if (request.url === "/broken") throw new Error("the app's own");
        response.end(request.url === "/pay" ? "paid" : JSON.stringify({ sub }));
      } catch (error) {
        if (!(error instanceof TokenError)) return void response.writeHead(500).end((error as Error).message);
        response.writeHead(error.status, error.headers).end(JSON.stringify(error.toProblem()));
      }
    },
  ],
];

describe.each(apps)("%s", (_, createApp) => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer(await createApp());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const bearer = async (claims: object = {}) =>
    `Bearer ${await issuer.signer.sign({ ...goodClaims(issuer.issuer), ...claims })}`;

  test("hands the claims to the handler", async () => {
    const answer = await send(port, "/me", [await bearer()]);
    expect(answer).toMatchObject({ status: 200, body: '{"sub":"user_ada"}' });
  });

  test("answers a request without a token with a challenge that names no error", async () => {
    const { status, headers } = await send(port, "/me", []);
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe(`Bearer realm="${testAudience}"`);
  });

  test("answers a bad token with the whole refusal", async () => {
    const { status, headers, body } = await send(port, "/me", [await bearer({ exp: testNow / 1000 - 12 })]);
    const description =
      "The token expired 12 s ago by this server's clock (12:03:04Z); its exp is 2026-03-01T12:02:52.000Z.";
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe(
      `Bearer error="invalid_token", error_description="${description}", error_uri="${issuer.issuer}/errors/token_expired"`,
    );
    expect(headers["content-type"]).toMatch(/^application\/problem\+json(;|$)/);
    expect(headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(body)).toMatchObject({ code: "token_expired", status: 401, detail: description });
  });

  test("asks for the scope, and lets it pass", async () => {
    const refused = await send(port, "/pay", [await bearer()]);
    expect(refused.status).toBe(403);
    expect(refused.headers["www-authenticate"]).toMatch(/^Bearer error="insufficient_scope", .*, scope="pay"$/);
    expect(await send(port, "/pay", [await bearer({ scope: "x pay" })])).toMatchObject({ status: 200, body: "paid" });
  });

  test("refuses two Authorization headers, in whatever order", async () => {
    const good = await bearer();
    for (const pair of [
      [good, good],
      [good, "Bearer x"],
      ["Bearer x", good],
      [good, "Basic x"],
    ]) {
      const { status, body } = await send(port, "/me", pair);
      expect(status).toBe(401);
      expect(JSON.parse(body).code).toBe("token_malformed");
    }
    expect((await send(port, "/me", ["Basic x", good])).status).toBe(401);
  });

  test("reads no token from the query", async () => {
    const token = (await bearer()).slice("Bearer ".length);
    const { status, body } = await send(port, `/me?access_token=${token}`, []);
    expect(status).toBe(401);
    expect(JSON.parse(body).code).toBe("token_missing");
  });

  test("takes a bound token with a proof for this very address, and in no other way", async () => {
    const prover = await createProver();
    const cnf = { jkt: prover.jkt };
    const token = await issuer.signer.sign({ ...goodClaims(issuer.issuer), cnf });
    const prove = (htu: string, htm = "GET") => prover.prove({ htm, htu, token, now: testNow });
    const here = `http://127.0.0.1:${port}/me`;
    const proof = await prove(here);
    expect(await send(port, "/me?page=2", [`DPoP ${token}`], [proof])).toMatchObject({ status: 200 });
    const again = await send(port, "/me", [`DPoP ${token}`], [proof]);
    expect({ status: again.status, code: JSON.parse(again.body).code }).toEqual({
      status: 401,
      code: "token_proof_invalid",
    });
    for (const wrong of [
      await send(port, "/me", [`Bearer ${token}`], [await prove(here)]),
      await send(port, "/me", [`DPoP ${token}`]),
      await send(port, "/me", [`DPoP ${token}`], [await prove(`http://127.0.0.1:${port}/pay`)]),
      await send(port, "/me", [`DPoP ${token}`], [await prove(here, "POST")]),
      await send(port, "/me", [`DPoP ${token}`], [await prove(here), await prove(here)]),
    ]) {
      expect(wrong.status).toBe(401);
      expect(wrong.headers["www-authenticate"]).toMatch(/^DPoP algs="[^"]+", error="invalid_(token|dpop_proof)"/);
    }
  });

  test("leaves the app's own errors to the app", async () => {
    expect(await send(port, "/broken", [await bearer()])).toMatchObject({ status: 500, body: "the app's own" });
  });
});

test.each([forHono.holdfast, forExpress.holdfast, forFastify.holdfast])(
  "refuses a scope that is none when the route is built (%#)",
  (holdfast) => {
    expect(() => holdfast(verifier, { scope: ['a"b'] })).toThrow(TypeError);
  },
);

describe("an error that is no refusal goes the framework's way", () => {
  const broken = () => ({ ...verifier, authenticate: () => Promise.reject(new Error("a bug")) });

  test("in hono", async () => {
    const app = new Hono().get("/", forHono.holdfast(broken()), (c) => c.text("called"));
    app.onError((error, c) => c.text(error.message, 500));
    expect(await (await app.request("/")).text()).toBe("a bug");
  });

  test("in express", async () => {
    const next = vi.fn();
    await forExpress.holdfast(broken())({} as express.Request, {} as express.Response, next);
    expect(next.mock.calls).toEqual([[new Error("a bug")]]);
  });

  test("in fastify", async () => {
    const app = fastify();
    app.get("/", { onRequest: forFastify.holdfast(broken()) }, async () => "called");
    expect((await app.inject("/")).json()).toMatchObject({ statusCode: 500, message: "a bug" });
  });

  test("in a web-standard handler", async () => {
    const handler = verifier.protect(() => new Response("called"));
    await expect(handler({} as Request)).rejects.toThrow(TypeError);
  });
});

describe("behind a proxy that the framework was told to trust, a proof names what the caller saw", () => {
  const seen = "https://api.example.com/v1/me";
  const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "api.example.com" };

  async function headersFor() {
    const prover = await createProver();
    const token = await issuer.signer.sign({ ...goodClaims(issuer.issuer), cnf: { jkt: prover.jkt } });
    const dpop = await prover.prove({ htm: "GET", htu: seen, token, now: testNow });
    return { authorization: `DPoP ${token}`, dpop, ...forwarded };
  }

  test("in express, also in a router that has taken its part of the path", async () => {
    const router = express.Router().get("/me", forExpress.holdfast(verifier), (_, res) => void res.send("good"));
    const app = express().set("trust proxy", true).use("/v1", router);
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/v1/me?page=2`, { headers: await headersFor() });
    expect(await answer.text()).toBe("good");
    server.close();
  });

  test("in fastify", async () => {
    const app = fastify({ trustProxy: true });
    app.get("/v1/me", { onRequest: forFastify.holdfast(verifier) }, async () => "good");
    expect((await app.inject({ url: "/v1/me?page=2", headers: await headersFor() })).body).toBe("good");
  });
});

test("says when a route is not protected", () => {
  expect(() => forExpress.claimsOf({})).toThrow("not behind holdfast(verifier)");
});
