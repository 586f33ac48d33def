import { text } from "node:stream/consumers";
import type { Interaction, InteractionResults, KoaContextWithOIDC, Provider } from "oidc-provider";
import { interactionPath } from "./configuration.ts";
import { consentPage, errorPage, loginPage } from "./pages.ts";
import { findByUsername, upstreamPassword } from "./users.ts";

export type Middleware = Parameters<Provider["use"]>[0];
type Context = Pick<KoaContextWithOIDC, "req" | "res" | "path" | "method" | "status" | "type" | "body" | "redirect">;

/** Logging in with a password, then allowing or denying what the application asks for. */
export function createInteractions(provider: Provider): Middleware {
  const answers = new Map(Object.entries({ login, allow, deny }));

  async function show(ctx: Context, interaction: Interaction) {
    if (interaction.prompt.name === "login") return write(ctx, 200, loginPage(interaction));
    const client = await provider.Client.find(String(interaction.params.client_id));
    write(ctx, 200, consentPage(interaction, client?.clientName ?? "this application"));
  }

  async function login(ctx: Context, interaction: Interaction) {
    const form = new URLSearchParams(await text(ctx.req));
    const user = findByUsername(form.get("username") ?? "");
    if (!user || form.get("password") !== upstreamPassword) {
      return write(ctx, 401, loginPage(interaction, "Wrong username or password."));
    }
    await finish(ctx, { login: { accountId: user.sub } });
  }

  async function allow(ctx: Context, { session, params, grantId, prompt }: Interaction) {
    const former = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const grant = former ?? new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
    grant.addOIDCScope((prompt.details.missingOIDCScope ?? []) as string[]);
    await finish(ctx, { consent: { grantId: await grant.save() } });
  }

  async function deny(ctx: Context) {
    await finish(ctx, { error: "access_denied", error_description: "the user said no" });
  }

  async function finish(ctx: Context, result: InteractionResults) {
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.status = 303;
    ctx.redirect(returnTo);
  }

  return async (ctx, next) => {
    if (!ctx.path.startsWith(interactionPath)) return next();
    const answer = answers.get(ctx.path.split("/")[3] ?? "");
    try {
      const interaction = await provider.interactionDetails(ctx.req, ctx.res);
      await (ctx.method === "POST" && answer ? answer(ctx, interaction) : show(ctx, interaction));
    } catch (error) {
      write(ctx, 400, errorPage(String(error)));
    }
  };
}

function write(ctx: Context, status: number, page: string): void {
  ctx.status = status;
  ctx.type = "html";
  ctx.body = page;
}
